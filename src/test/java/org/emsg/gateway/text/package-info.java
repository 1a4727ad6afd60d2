@NullMarked
package org.emsg.gateway.text;

import org.jspecify.annotations.NullMarked;
