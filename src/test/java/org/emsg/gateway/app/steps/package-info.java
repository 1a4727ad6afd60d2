/// Tests of the steps that belong to no edge.
@NullMarked
package org.emsg.gateway.app.steps;

import org.jspecify.annotations.NullMarked;
