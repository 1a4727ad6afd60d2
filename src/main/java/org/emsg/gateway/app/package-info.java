/// The gateway as one process: `Main`, the settings as records, the wiring by constructors, routes,
/// health, metrics.
///
/// Nobody calls it but the JVM. It knows every part by its constructor, and none by its inside.
@NullMarked
package org.emsg.gateway.app;

import org.jspecify.annotations.NullMarked;
