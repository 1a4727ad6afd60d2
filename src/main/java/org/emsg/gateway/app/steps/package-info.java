/// The two steps of a route that belong to no edge: into the intake, and out of the outbox.
///
/// Route files name them; `app` binds them. They know the core's ports and Camel, no wire form.
@NullMarked
package org.emsg.gateway.app.steps;

import org.jspecify.annotations.NullMarked;
