/// The core that every message passes: intake, planning, bounces, and the ports that edges and the
/// store implement for it.
///
/// Edges call `Intake` and `Admission`; they implement `Discovery` and `Minting`. It knows no wire
/// form and no database.
@NullMarked
package org.emsg.gateway.gateway;

import org.jspecify.annotations.NullMarked;
