/// Rules that hold for the whole house.
@NullMarked
package org.emsg.gateway;

import org.jspecify.annotations.NullMarked;
