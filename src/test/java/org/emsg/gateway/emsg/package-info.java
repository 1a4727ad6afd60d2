@NullMarked
package org.emsg.gateway.emsg;

import org.jspecify.annotations.NullMarked;
