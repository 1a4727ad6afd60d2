/// Who is who: normal forms, the alias escape, faces, mapping rules.
///
/// Edges ask it to read and to name addresses, the planner asks it whom a recipient means. It knows
/// `model` only: no network is asked here, no message is seen.
@NullMarked
package org.emsg.gateway.address;

import org.jspecify.annotations.NullMarked;
