package org.emsg.gateway.smtp;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.apache.james.jdkim.DKIMSigner;
import org.emsg.gateway.fixtures.FakeDns;

/// A domain that signs each field once, as it is there: as most do, and as we do not.
record SparingSigner(String domain, KeyPair key) {
  static SparingSigner of(String domain) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(1024);
      return new SparingSigner(domain, generator.generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  void publish(FakeDns dns) {
    dns.txt(
        "s1._domainkey." + domain,
        "v=DKIM1; p=" + Base64.getEncoder().encodeToString(key.getPublic().getEncoded()));
  }

  /// @param fields as in `h=`: `from:subject`
  String sign(String mail, String fields) throws Exception {
    String template =
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + domain + "; s=s1; h=" + fields + "; bh=; b=;";
    byte[] content = mail.getBytes(StandardCharsets.UTF_8);
    return new DKIMSigner(template, key.getPrivate()).sign(new ByteArrayInputStream(content))
        + "\r\n"
        + mail;
  }
}
