/// Tests of the outbox: retries, one lane's run, whole dispatchers, the Camel component.
@NullMarked
package org.emsg.gateway.outbox;

import org.jspecify.annotations.NullMarked;
