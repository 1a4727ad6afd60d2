/// Measurements: JMH for the hot pieces, and whole-system runs with the gateway in a process of its
/// own. Run by `./mvnw -Pbench`; nothing here asserts a time.
@NullMarked
package org.emsg.gateway.bench;

import org.jspecify.annotations.NullMarked;
