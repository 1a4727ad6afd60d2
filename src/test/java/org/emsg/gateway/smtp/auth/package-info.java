@NullMarked
package org.emsg.gateway.smtp.auth;

import org.jspecify.annotations.NullMarked;
