@NullMarked
package org.emsg.gateway.smtp.mime;

import org.jspecify.annotations.NullMarked;
