/// Tests of the process: routes, wiring, admin interface, the build's own entry.
@NullMarked
package org.emsg.gateway.app;

import org.jspecify.annotations.NullMarked;
