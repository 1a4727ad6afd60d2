/// Tests of the core: intake, planning, bounces.
@NullMarked
package org.emsg.gateway.gateway;

import org.jspecify.annotations.NullMarked;
