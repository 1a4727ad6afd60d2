/// Who vouches for a mail: SPF, DKIM, DMARC, and our own DKIM signatures.
///
/// The verifier and the signer use it. It asks the DNS and nothing else; it knows no address of a
/// person beyond the domain in it.
@NullMarked
package org.emsg.gateway.smtp.auth;

import org.jspecify.annotations.NullMarked;
