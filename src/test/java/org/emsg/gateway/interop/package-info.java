/// Real peers in containers, the clients that drive them, and the stories told with both.
///
/// A peer class is one image of `docker/peers`; it knows how to start it and how to ask it what a
/// test wants to know, and nothing of the gateway. Tests that need one bear [RealPeers]; other
/// packages' tests may use a peer too (the store's contract runs on [PostgresPeer]).
@NullMarked
package org.emsg.gateway.interop;

import org.jspecify.annotations.NullMarked;
