@NullMarked
package org.emsg.gateway.console;

import org.jspecify.annotations.NullMarked;
