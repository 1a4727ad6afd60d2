/// What waits to be handed to other servers: lanes, leases, retries, and the Camel component
/// `outbox:` that drains them.
///
/// Routes read from it, `store` keeps it. It knows nothing of any network but its name.
@NullMarked
package org.emsg.gateway.outbox;

import org.jspecify.annotations.NullMarked;
