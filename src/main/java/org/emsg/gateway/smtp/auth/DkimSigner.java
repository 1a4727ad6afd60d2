package org.emsg.gateway.smtp.auth;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.james.jdkim.DKIMCommon;
import org.apache.james.jdkim.api.Headers;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.impl.BodyHasherImpl;
import org.apache.james.jdkim.tagvalue.SignatureRecordImpl;
import org.emsg.gateway.smtp.mime.MailHeaders;

/// Makes DKIM signatures (RFC 6376): jDKIM's canonical forms, with keys and algorithms of our own,
/// Ed25519 (RFC 8463) among them, which jDKIM does not know. Both forms relaxed; From, To, Subject
/// and Date are signed once more than they are there, so that nobody can add another.
public final class DkimSigner extends DKIMCommon {
  private static final List<CharSequence> SIGNED =
      List.of(
          "from",
          "from",
          "to",
          "to",
          "subject",
          "subject",
          "date",
          "date",
          "message-id",
          "in-reply-to",
          "references",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "auto-submitted");
  private static final int FOLD = 72;

  private DkimSigner() {}

  /// A key to sign with.
  ///
  /// @param algorithm `rsa-sha256` or `ed25519-sha256`
  public record Key(String algorithm, String domain, String selector, UnaryOperator<byte[]> sign) {}

  /// The signature field for a message, with its line end.
  public static byte[] sign(MailHeaders headers, byte[] content, Instant now, List<Key> keys) {
    try {
      String bodyHash = bodyHash(headers, content);
      StringBuilder out = new StringBuilder(1024);
      for (Key key : keys) {
        String unsigned = unsigned(key, now, bodyHash);
        byte[] signed = signedBytes(headers, unsigned);
        String signature = Base64.getEncoder().encodeToString(key.sign().apply(signed));
        out.append("DKIM-Signature:").append(unsigned);
        for (int i = 0; i < signature.length(); i += FOLD) {
          out.append("\r\n\t").append(signature, i, Math.min(i + FOLD, signature.length()));
        }
        out.append("\r\n");
      }
      return out.toString().getBytes(StandardCharsets.US_ASCII);
    } catch (PermFailException | SignatureException | IOException e) {
      throw new IllegalStateException("a mail of ours cannot be signed", e);
    }
  }

  private static String unsigned(Key key, Instant now, String bodyHash) {
    return " v=1; a="
        + key.algorithm()
        + "; c=relaxed/relaxed; d="
        + key.domain()
        + ";\r\n\ts="
        + key.selector()
        + "; t="
        + now.getEpochSecond()
        + ";\r\n\th=from:from:to:to:subject:subject:date:date:message-id:in-reply-to:\r\n\t"
        + "references:mime-version:content-type:content-transfer-encoding:auto-submitted;\r\n\tbh="
        + bodyHash
        + ";\r\n\tb=";
  }

  private static String bodyHash(MailHeaders headers, byte[] content)
      throws PermFailException, IOException {
    BodyHasherImpl hasher =
        new BodyHasherImpl(
            new SignatureRecordImpl(
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=x; s=x; h=from; bh=; b="));
    int start = headers.bodyStart();
    streamCopy(
        new ByteArrayInputStream(content, start, content.length - start), hasher.getOutputStream());
    return Base64.getEncoder().encodeToString(hasher.getDigest());
  }

  private static byte[] signedBytes(MailHeaders headers, String unsigned)
      throws SignatureException, PermFailException {
    Collected collected = new Collected();
    collected.start();
    signatureCheck(new Fields(headers), new SignatureRecordImpl(unsigned), SIGNED, collected);
    return collected.bytes();
  }

  /// What Ed25519 signs is the hash of what RSA signs (RFC 8463 §3).
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private record Fields(MailHeaders headers) implements Headers {
    @Override
    public List<String> getFields() {
      return headers.all().stream().map(MailHeaders.Field::raw).toList();
    }

    @Override
    public List<String> getFields(String name) {
      return headers.all(name).stream().map(MailHeaders.Field::raw).toList();
    }
  }

  /// jDKIM feeds what is to be signed to a [Signature]; this one only keeps it.
  private static final class Collected extends Signature {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

    Collected() {
      super("collected");
    }

    void start() {
      state = SIGN;
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }

    @Override
    protected void engineUpdate(byte b) {
      bytes.write(b);
    }

    @Override
    protected void engineUpdate(byte[] b, int off, int len) {
      bytes.write(b, off, len);
    }

    @Override
    protected void engineInitVerify(PublicKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected byte[] engineSign() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new InvalidParameterException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new InvalidParameterException();
    }
  }
}
