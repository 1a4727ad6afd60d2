@NullMarked
package org.emsg.gateway.crypto;

import org.jspecify.annotations.NullMarked;
