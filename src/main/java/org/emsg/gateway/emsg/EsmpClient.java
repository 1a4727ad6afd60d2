package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;

/// A user's session with their home server: sends signed messages, reads the mailbox, asks about
/// people. Made by [EsmpClients]; thread-safe. Stages fail with an `IOException` where the
/// connection is lost, with a `TimeoutException` where no answer comes.
public final class EsmpClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final EsmpConnection connection;
  private final Address.Emsg user;
  private final Ed25519.SigningKey key;
  private final Clock clock;
  private final RandomGenerator random;

  EsmpClient(
      EsmpConnection connection,
      Address.Emsg user,
      Ed25519.SigningKey key,
      Clock clock,
      RandomGenerator random) {
    this.connection = connection;
    this.user = user;
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /// A message out of the mailbox.
  ///
  /// @param cursor its place there; what is acknowledged
  public record Received(long cursor, ObjectNode json) {
    static Received of(EsmpLine.Message message) {
      return of(message.json());
    }

    static Received of(ObjectNode json) {
      return new Received(json.path("cursor").asLong(), json);
    }

    /// Who it is from, as the home server shows them.
    public String sender() {
      return json.path("sender").asText();
    }

    public String body() {
      return EsmpCodec.text(json, "body").or(() -> EsmpCodec.text(json, "content")).orElse("");
    }

    /// When its sender says that it was sent, in whichever form they say it.
    public Optional<Instant> sent() {
      return Timestamps.read(json);
    }
  }

  /// A server's answer.
  public record Answer(int code, String message, ObjectNode json) {
    public boolean isSuccess() {
      return code >= 200 && code < 300;
    }

    static Answer of(EsmpLine.Response response) {
      return new Answer(response.code(), response.message(), response.json());
    }
  }

  /// A page of the mailbox.
  ///
  /// @param more whether there is a next page; after the last one, new messages are pushed
  public record Page(List<Received> messages, long cursor, boolean more) {}

  CompletionStage<EsmpClient> logIn(String device) {
    return connection
        .hello("client", user.domain(), Optional.empty())
        .thenCompose(welcome ->
            welcome.code() == Code.OK.number()
                ? connection.authenticate(
                    welcome,
                    "client",
                    user.text(),
                    user.domain(),
                    Optional.of(device),
                    key,
                    TIMEOUT)
                : EsmpClients.<EsmpLine.Response>refused("hello", welcome).toCompletableFuture())
        .thenCompose(answer ->
            answer.code() == Code.OK.number()
                ? java.util.concurrent.CompletableFuture.completedFuture(this)
                : EsmpClients.<EsmpClient>refused("auth", answer).toCompletableFuture());
  }

  /// A chat message to `recipient`, without a signature: to be completed and given to [#send].
  public ObjectNode draft(String recipient, String body) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("type", "chat");
    message.put("message_id", newId());
    message.put("sender", user.text());
    message.put("recipient", recipient);
    message.put("timestamp", clock.millis());
    message.put("body", body);
    return message;
  }

  /// UUID of version 7 (RFC 9562 §5.7).
  private String newId() {
    long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0xFFFL);
    long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /// Signs `message` and sends it; the answer comes once it is on the server's stable storage.
  public CompletionStage<Answer> send(ObjectNode message) {
    return sendSigned(sign(message));
  }

  /// The bytes of `message` with this user's signature.
  public byte[] sign(ObjectNode message) {
    Signatures.sign(message, key);
    return message.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Sends what [#sign] made.
  public CompletionStage<Answer> sendSigned(byte[] message) {
    return connection.request(message, TIMEOUT).thenApply(Answer::of);
  }

  /// Sends a plain text.
  public CompletionStage<Answer> send(String recipient, String body) {
    return send(draft(recipient, body));
  }

  /// Reads a page of the mailbox after `since`, or after what this device acknowledged.
  public CompletionStage<Page> sync(Optional<Long> since, int limit) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("type", "sync");
    since.ifPresent(cursor -> request.put("since", cursor));
    request.put("limit", limit);
    return connection
        .request(request, TIMEOUT)
        .thenCompose(answer ->
            answer.code() == Code.OK.number()
                ? java.util.concurrent.CompletableFuture.completedFuture(page(answer.json()))
                : EsmpClients.<Page>refused("sync", answer).toCompletableFuture());
  }

  private static Page page(ObjectNode json) {
    List<Received> messages = new ArrayList<>();
    for (JsonNode message : json.path("messages")) {
      if (message instanceof ObjectNode object) {
        messages.add(Received.of(object));
      }
    }
    return new Page(messages, json.path("cursor").asLong(), json.path("more").asBoolean());
  }

  /// This device has everything up to `cursor`: nobody answers.
  public void acknowledge(long cursor) {
    connection.send(
        ("{\"type\":\"ack\",\"cursor\":" + cursor + "}\n").getBytes(StandardCharsets.US_ASCII));
  }

  /// The same, and the answer comes once it is stored.
  public CompletionStage<Answer> acknowledged(long cursor) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("type", "ack");
    request.put("cursor", cursor);
    return request(request);
  }

  /// What is public about `address`: its keys.
  public CompletionStage<Answer> profile(String address) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("type", "GET_PROFILE");
    request.put("user", address);
    return request(request);
  }

  /// What to write to for an address of any network.
  public CompletionStage<Answer> resolve(String address) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("type", "resolve");
    request.put("address", address);
    return request(request);
  }

  /// Any other request.
  CompletionStage<Answer> request(ObjectNode request) {
    return connection.request(request, TIMEOUT).thenApply(Answer::of);
  }

  /// Completes when the connection is gone.
  public CompletionStage<Boolean> gone() {
    return connection.gone();
  }

  @Override
  public void close() {
    connection.close();
  }
}
