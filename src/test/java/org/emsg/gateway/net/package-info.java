/// Tests of DNS, the guard and TLS over loopback.
@NullMarked
package org.emsg.gateway.net;

import org.jspecify.annotations.NullMarked;
