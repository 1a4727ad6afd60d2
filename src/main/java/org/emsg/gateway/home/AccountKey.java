package org.emsg.gateway.home;

import java.time.Instant;
import java.util.Optional;
import org.emsg.gateway.model.Bytes;

/// A public key of an account, or of a home domain (profile §8).
///
/// @param keyId the name it is published under
/// @param algorithm `ed25519` or `rsa`
/// @param publicKey Ed25519: the 32 raw bytes (RFC 8032); RSA: a SubjectPublicKeyInfo
/// @param superseded from then on it signs nothing new; older messages still verify
/// @param revoked from then on nothing verifies with it
public record AccountKey(
    String keyId,
    String algorithm,
    Bytes publicKey,
    Instant added,
    Optional<Instant> superseded,
    Optional<Instant> revoked) {}
