/// Keys and what is done with them: Ed25519 and RSA signatures, canonical JSON (RFC 8785), key
/// files, the home domains' keys, the keys of aliases, MACs, self-made certificates.
///
/// Edges and `app` call it. It knows no protocol: what is signed, and who may sign, is for its
/// callers to say. Bouncy Castle, Corretto and the JCS library stay in here.
@NullMarked
package org.emsg.gateway.crypto;

import org.jspecify.annotations.NullMarked;
