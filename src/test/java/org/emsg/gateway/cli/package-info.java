@NullMarked
package org.emsg.gateway.cli;

import org.jspecify.annotations.NullMarked;
