package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.model.Address;

/// The server's side of `hello` (profile §4). Pure; thread-safe.
final class Handshake {
  private static final List<String> MECHANISMS = List.of(Signatures.ED25519, Signatures.RSA);
  private static final List<String> CAPABILITIES = List.of("sync", "receipts", "resolve");

  private final Addressing addressing;
  private final AddressCache addresses;
  private final int maxLine;

  Handshake(Addressing addressing, AddressCache addresses, int maxLine) {
    this.addressing = addressing;
    this.addresses = addresses;
    this.maxLine = maxLine;
  }

  /// What a hello comes to.
  sealed interface Greeting {
    /// Welcome.
    ///
    /// @param ours the domain of ours that it is for
    /// @param server the other server's domain, where it is one
    record Welcome(String ours, Optional<String> server, ObjectNode answer) implements Greeting {}

    /// No, and why.
    record Refusal(ObjectNode answer, boolean closes) implements Greeting {}
  }

  Greeting greet(EsmpLine.Hello hello, String nonce) {
    Optional<Version> theirs = Version.parse(hello.version());
    if (theirs.isEmpty()) {
      return refusal(hello, Code.BAD_REQUEST, "The version is no semantic version.", false);
    }
    Optional<Version> spoken = Version.OURS.spokenWith(theirs.get());
    if (spoken.isEmpty()) {
      ObjectNode answer = answer(hello, Code.UNSUPPORTED_VERSION, "Unsupported Version");
      answer.put("version", Version.OURS.toString());
      return new Greeting.Refusal(answer, true);
    }
    Optional<String> ours =
        hello.to().isPresent()
            ? hello.to().flatMap(this::domain).filter(addressing::isOurs)
            : addressing.homeDomains().stream().findFirst();
    if (ours.isEmpty()) {
      return refusal(hello, Code.NOT_FOUND, "This server is not that domain's.", true);
    }
    boolean isServer = hello.role().filter("server"::equals).isPresent();
    Optional<String> from = isServer ? hello.from().flatMap(this::domain) : Optional.empty();
    if (isServer && from.isEmpty()) {
      return refusal(hello, Code.BAD_REQUEST, "A server says which domain it is from.", false);
    }
    if (from.filter(addressing::isOurs).isPresent()) {
      return refusal(hello, Code.FORBIDDEN, "That domain is served here.", true);
    }
    return new Greeting.Welcome(ours.get(), from, welcome(hello, spoken.get(), ours.get(), nonce));
  }

  private ObjectNode welcome(EsmpLine.Hello hello, Version spoken, String ours, String nonce) {
    ObjectNode answer = answer(hello, Code.OK, Code.OK.phrase());
    answer.put("version", spoken.toString());
    answer.put("domain", ours);
    answer.put("nonce", nonce);
    MECHANISMS.forEach(answer.putArray("auth")::add);
    CAPABILITIES.forEach(answer.putArray("capabilities")::add);
    answer.put("max_line", maxLine);
    return answer;
  }

  /// A domain in normal form, written with or without its `#`.
  private Optional<String> domain(String text) {
    return addresses.read(text.startsWith("#") ? text : '#' + text)
            instanceof Parsed.Valid(Address address)
        ? Optional.of(address.domain())
        : Optional.empty();
  }

  private static Greeting refusal(EsmpLine.Hello hello, Code code, String message, boolean closes) {
    return new Greeting.Refusal(answer(hello, code, message), closes);
  }

  private static ObjectNode answer(EsmpLine.Hello hello, Code code, String message) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("type", "hello");
    hello.id().ifPresent(id -> answer.put("id", id));
    answer.put("code", code.number());
    answer.put("message", message);
    return answer;
  }
}
