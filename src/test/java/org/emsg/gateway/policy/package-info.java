@NullMarked
package org.emsg.gateway.policy;

import org.jspecify.annotations.NullMarked;
