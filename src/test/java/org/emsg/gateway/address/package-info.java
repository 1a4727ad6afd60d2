@NullMarked
package org.emsg.gateway.address;

import org.jspecify.annotations.NullMarked;
