@NullMarked
package org.emsg.gateway.smtp.wire;

import org.jspecify.annotations.NullMarked;
