@NullMarked
package org.emsg.gateway.smtp;

import org.jspecify.annotations.NullMarked;
