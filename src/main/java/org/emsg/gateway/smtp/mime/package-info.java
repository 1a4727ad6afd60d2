/// Mail as bytes: headers, parts, texts, reports, read within bounds and written in 7 bits (RFC
/// 5322, RFC 2045 and on).
///
/// The translators and the verifier use it. Pure: it knows no connection, no person and no store.
@NullMarked
package org.emsg.gateway.smtp.mime;

import org.jspecify.annotations.NullMarked;
