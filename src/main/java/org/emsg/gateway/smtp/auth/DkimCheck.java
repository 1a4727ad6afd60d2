package org.emsg.gateway.smtp.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.Headers;
import org.apache.james.jdkim.api.PublicKeyRecord;
import org.apache.james.jdkim.api.PublicKeyRecordRetriever;
import org.apache.james.jdkim.api.Result;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.apache.james.jdkim.tagvalue.PublicKeyRecordImpl;
import org.apache.james.jdkim.tagvalue.SignatureRecordImpl;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.smtp.mime.MailHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which domains signed a message (RFC 6376): jDKIM, asking our DNS, with what RFC 8301 forbids
/// left out. An Ed25519 signature (RFC 8463) is `neutral`: jDKIM cannot check it, and who makes one
/// signs with RSA beside it. Thread-safe; blocks for look-ups.
final class DkimCheck {
  private static final Logger LOG = LoggerFactory.getLogger(DkimCheck.class);
  private static final int MAX_SIGNATURES = 5;
  private static final int MIN_BITS = 1024;
  private static final int MAX_BITS = 8192;
  private static final Pattern ED25519 = Pattern.compile("[:;]\\s*a\\s*=\\s*ed25519-sha256\\s*;");

  /// How far a signer's clock may be ahead of ours.
  private static final Duration AHEAD = Duration.ofMinutes(5);

  private final Dns dns;
  private final Clock clock;

  DkimCheck(Dns dns, Clock clock) {
    this.dns = dns;
    this.clock = clock;
  }

  /// What became of one signature.
  ///
  /// @param result in the words of RFC 8601 §2.7.1
  /// @param domain who signed, `d=`
  record Outcome(String result, String domain, String selector) {}

  /// The keys that the signatures of a message need, all asked for at once: one that does not come
  /// costs the others no time.
  Keys ask(MailHeaders headers) {
    Map<String, CompletionStage<Dns.Answer<String>>> asked = new HashMap<>();
    for (MailHeaders.Field field :
        headers.all("DKIM-Signature").stream().limit(MAX_SIGNATURES).toList()) {
      if (!ED25519.matcher(field.raw()).find()) {
        record(field.raw())
            .map(record -> keyName(record.getSelector(), record.getDToken()))
            .ifPresent(name -> asked.computeIfAbsent(name, dns::txt));
      }
    }
    return new Keys(asked);
  }

  /// Keys on their way.
  record Keys(Map<String, CompletionStage<Dns.Answer<String>>> asked) {}

  private static String keyName(CharSequence selector, CharSequence domain) {
    return selector + "._domainkey." + domain;
  }

  private static Optional<SignatureRecord> record(String field) {
    try {
      return Optional.of(new SignatureRecordImpl(field.substring(field.indexOf(':') + 1)));
    } catch (IllegalStateException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /// The first signatures of the message, looked at one by one; empty where it has none.
  List<Outcome> check(MailHeaders headers, Bytes content, Keys keys) {
    if (headers.count("DKIM-Signature") == 0) {
      return List.of();
    }
    DKIMVerifier verifier =
        new StrictVerifier(new Retriever(dns, keys), clock.instant().plus(AHEAD));
    byte[] bytes = content.view();
    int start = headers.bodyStart();
    try {
      verifier.verify(
          new HeaderView(headers), new ByteArrayInputStream(bytes, start, bytes.length - start));
    } catch (FailException none) {
      LOG.debug("no DKIM signature holds: {}", none.getClass().getSimpleName());
    } catch (IOException e) {
      throw new IllegalStateException("an array was not to be read", e);
    }
    List<Outcome> outcomes = new ArrayList<>(unread(headers));
    for (Result result : verifier.getResults()) {
      outcomes.add(outcome(headers, result));
    }
    return outcomes;
  }

  private static List<Outcome> unread(MailHeaders headers) {
    return headers.all("DKIM-Signature").stream()
        .map(MailHeaders.Field::raw)
        .limit(MAX_SIGNATURES)
        .filter(field -> ED25519.matcher(field).find())
        .map(DkimCheck::unread)
        .toList();
  }

  private static Outcome unread(String field) {
    return record(field)
        .map(record -> outcome("neutral", record))
        .orElseGet(() -> new Outcome("permerror", "invalid", "invalid"));
  }

  private static Outcome outcome(String word, SignatureRecord record) {
    return new Outcome(
        word,
        record.getDToken().toString().toLowerCase(Locale.ROOT),
        record.getSelector().toString());
  }

  private static Outcome outcome(MailHeaders headers, Result result) {
    SignatureRecord record = result.getRecord();
    String word =
        switch (result.getResultType()) {
          case PASS -> coversWhatIsShown(headers, record) ? "pass" : "policy";
          case TEMPERROR -> "temperror";
          case PERMERROR -> "permerror";
          case NEUTRAL -> "neutral";
          case POLICY -> "policy";
          case NONE -> "none";
          case FAIL -> "fail";
        };
    return outcome(word, record);
  }

  /// Whoever signs only the beginning of a body lets others write the rest (RFC 6376 §8.2), and who
  /// does not sign the subject lets them write that.
  private static boolean coversWhatIsShown(MailHeaders headers, SignatureRecord record) {
    return record.getBodyHashLimit() < 0
        && (headers.count("Subject") == 0
            || record.getHeaders().stream()
                .anyMatch(name -> name.toString().strip().equalsIgnoreCase("Subject")));
  }

  private static final class StrictVerifier extends DKIMVerifier {
    private static final long NEVER = Instant.parse("9999-01-01T00:00:00Z").getEpochSecond();

    private final Instant latest;

    /// @param latest the time after which no signature can have been made
    StrictVerifier(PublicKeyRecordRetriever retriever, Instant latest) {
      super(retriever);
      this.latest = latest;
    }

    /// jDKIM refuses a signature of the next second, by a clock of its own.
    @Override
    public SignatureRecord newSignatureRecord(String record) {
      return new SignatureRecordImpl(record) {
        @Override
        @SuppressWarnings("NullAway") // jDKIM takes null for "it says no time"
        public Long getSignatureTimestamp() {
          Long signed = super.getSignatureTimestamp();
          return signed == null || signed <= latest.getEpochSecond() ? null : NEVER;
        }
      };
    }

    @Override
    public PublicKeyRecord publicRecordLookup(SignatureRecord sign)
        throws TempFailException, PermFailException {
      if (!sign.getHashMethod().toString().equalsIgnoreCase("sha256")) {
        throw new PermFailException("only SHA-256 counts (RFC 8301)", sign);
      }
      return super.publicRecordLookup(sign);
    }

    @Override
    protected PublicKeyRecord newPublicKeyRecord(String record) {
      return new PublicKeyRecordImpl(record) {
        @Override
        public PublicKey getPublicKey() {
          PublicKey key = super.getPublicKey();
          int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
          if (bits < MIN_BITS || bits > MAX_BITS) {
            throw new IllegalStateException("an RSA key has 1024 to 8192 bits");
          }
          return key;
        }
      };
    }
  }

  private record Retriever(Dns dns, Keys keys) implements PublicKeyRecordRetriever {
    @Override
    public List<String> getRecords(CharSequence method, CharSequence selector, CharSequence domain)
        throws TempFailException, PermFailException {
      if (!"dns/txt".contentEquals(method)) {
        throw new PermFailException("keys are in the DNS");
      }
      String name = keyName(selector, domain);
      CompletionStage<Dns.Answer<String>> asked = keys.asked().get(name);
      return switch (DnsAnswers.await(asked == null ? dns.txt(name) : asked)) {
        case Dns.Answer.Found<String> found -> found.records();
        case Dns.Answer.None<String> _ -> List.of();
        case Dns.Answer.Failed<String> failed -> throw new TempFailException(failed.why());
      };
    }
  }

  /// The header as jDKIM asks for it: field by field, as it came.
  private record HeaderView(MailHeaders headers) implements Headers {
    @Override
    public List<String> getFields() {
      return headers.all().stream().map(MailHeaders.Field::raw).toList();
    }

    @Override
    public List<String> getFields(String name) {
      List<String> fields = headers.all(name).stream().map(MailHeaders.Field::raw).toList();
      return name.equalsIgnoreCase("DKIM-Signature")
          ? fields.stream()
              .limit(MAX_SIGNATURES)
              .filter(field -> !ED25519.matcher(field).find())
              .toList()
          : fields;
    }
  }
}
