/// What people read: HTML made safe and made plain, quoted history told from what was written,
/// names and subjects that fit on one line and do no harm.
///
/// The edges' translators call it. Pure functions over strings, each with a cost that its input's
/// length bounds; it knows no network and no message.
@NullMarked
package org.emsg.gateway.text;

import org.jspecify.annotations.NullMarked;
