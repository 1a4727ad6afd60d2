/// Tests of how settings are read.
@NullMarked
package org.emsg.gateway.app.settings;

import org.jspecify.annotations.NullMarked;
