package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Locale;
import org.emsg.gateway.crypto.Jcs;

/// What `auth` signs (profile §5).
///
/// @param to the domain of ours, or theirs, that is authenticated to
/// @param channel base64 of the `tls-server-end-point` binding; empty on plain text only
record AuthProof(String role, String user, String to, String nonce, String channel) {
  byte[] signedForm() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("context", "emsg-auth-v1");
    json.put("role", role);
    json.put("user", user);
    json.put("to", to);
    json.put("nonce", nonce);
    json.put("channel", channel);
    return Jcs.canonicalize(json);
  }

  /// RFC 5929 §4.1: the certificate's hash, by its signature's hash function where that is better
  /// than SHA-1, else by SHA-256.
  static String channelBinding(X509Certificate certificate) {
    String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    String hash =
        algorithm.startsWith("SHA384")
            ? "SHA-384"
            : algorithm.startsWith("SHA512") ? "SHA-512" : "SHA-256";
    try {
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("a certificate in use can be hashed", e);
    }
  }
}
