/// The EMSG edge: ESMP on the wire (`emsg-v0.2.md` and our profile of it), to home users' devices
/// and to other domains' servers.
///
/// `app` builds one `EmsgEdge`; routes name its steps. It calls `gateway.Intake`, `home` and `net`
/// and implements the core's ports for its network. It knows no other network's wire form.
///
/// Threads: Netty's event loops cut lines and write bytes, nothing more. What a line says is read,
/// verified and answered on the edge's workers, one line of a session after the other; a session's
/// order is the order of its lines. Groups, profiles and the ESMP-server dialect have their place
/// beside `EsmpTranslator` and `EsmpSession`.
@NullMarked
package org.emsg.gateway.emsg;

import org.jspecify.annotations.NullMarked;
