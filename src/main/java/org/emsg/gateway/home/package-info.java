/// The EMSG home server: accounts and their keys, devices, mailboxes.
///
/// The EMSG edge and the intake use it, `store` keeps it. It knows no wire form and no other
/// network.
@NullMarked
package org.emsg.gateway.home;

import org.jspecify.annotations.NullMarked;
