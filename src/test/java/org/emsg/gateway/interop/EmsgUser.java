package org.emsg.gateway.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.emsg.EsmpClient.Answer;
import org.emsg.gateway.emsg.EsmpClient.Received;
import org.emsg.gateway.emsg.EsmpClients;
import org.emsg.gateway.emsg.EsmpClients.Login;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.net.TlsContexts;
import org.emsg.gateway.net.TrustedRoots;
import org.jspecify.annotations.Nullable;

/// A person at an EMSG client, with one device and a key of their own, over TLS. What arrives is
/// kept here until the end, in order. Safe for use by several threads.
final class EmsgUser implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PAGE = 500;

  private final GatewayProcess gateway;
  private final Address.Emsg address;
  private final Ed25519.SigningKey key;
  private final EsmpClients clients = new EsmpClients(Clock.systemUTC(), new SecureRandom());
  private final TlsContexts tls;
  private @Nullable EsmpClient client;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<Received> received = new ArrayList<>();

  private EmsgUser(GatewayProcess gateway, Address.Emsg address) {
    this.gateway = gateway;
    this.address = address;
    this.key = Ed25519.best().generate(new SecureRandom());
    var identity = gateway.setup().identity();
    this.tls = new TlsContexts(() -> identity, new TrustedRoots(identity.chain()));
  }

  /// Opens an account at a gateway, as `emsg-gateway user add` would, and connects.
  static EmsgUser join(GatewayProcess gateway, String name) {
    EmsgUser user = new EmsgUser(gateway, new Address.Emsg(name, gateway.home()));
    user.register();
    user.connect();
    return user;
  }

  private void register() {
    byte[] publicKey = key.publicKey().toByteArray();
    ObjectNode account = AdminClient.request().put("account", address.text());
    account.put("public-key", Base64.getEncoder().encodeToString(publicKey));
    gateway.perform("user.add", account);
  }

  /// Connects, anew where it was connected, and asks for all that it has not got yet.
  void connect() {
    disconnect();
    client =
        get(
            clients.connect(
                new Login(gateway.esmp(), address, key, "phone", Optional.of(tls)), this::arrived));
    boolean more = true;
    while (more) {
      var page = get(online().sync(Optional.of(lastCursor()), PAGE));
      page.messages().forEach(this::arrived);
      more = page.more();
    }
  }

  String address() {
    return address.text();
  }

  /// Sends a text; the answer says what became of it.
  Answer say(String to, String text) {
    return send(draft(to, text));
  }

  Answer reply(Received to, String text) {
    return send(answerTo(to, text));
  }

  /// An answer as clients make it: it says what it is a reply to, in the thread that that one began
  /// or is in. Neither signed nor sent.
  ObjectNode answerTo(Received to, String text) {
    String id = to.json().path("message_id").asText();
    ObjectNode draft = draft(to.sender(), text);
    draft.put("reply_to", id);
    draft.put("thread", to.json().path("thread").asText(id));
    return draft;
  }

  /// Tells the sender that a message is here, as clients do whose people want that.
  Answer confirm(Received message) {
    ObjectNode receipt = draft(message.sender(), "");
    receipt.remove("body");
    receipt.put("type", "system");
    receipt.put("event", "delivered");
    receipt.put("target", message.json().path("message_id").asText());
    return send(receipt);
  }

  /// A message that is neither signed nor sent.
  ObjectNode draft(String to, String text) {
    return online().draft(to, text);
  }

  Answer send(ObjectNode draft) {
    return get(online().send(draft));
  }

  /// Sends what was signed, perhaps not for the first time.
  CompletionStage<Answer> sendSigned(byte[] signed) {
    return online().sendSigned(signed);
  }

  byte[] sign(ObjectNode draft) {
    return online().sign(draft);
  }

  /// The chat message with that text.
  Received awaitMessage(String body) {
    return awaitReceived("“" + body + "”", one -> isChat(one) && one.body().equals(body));
  }

  /// The bounce of a message of this user's.
  ObjectNode awaitBounceOf(ObjectNode sent) {
    String id = sent.path("message_id").asText();
    return awaitReceived(
            "the bounce of " + id,
            one -> isSystem(one, "bounced") && one.json().path("target").asText().equals(id))
        .json();
  }

  /// The news that a message of this user's has arrived.
  Received awaitDelivered(ObjectNode sent) {
    String id = sent.path("message_id").asText();
    return awaitReceived(
        "the receipt of " + id,
        one -> isSystem(one, "delivered") && one.json().path("target").asText().equals(id));
  }

  /// What is as wanted, whether it came before or comes now.
  Received awaitReceived(String what, Predicate<Received> wanted) {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
      while (true) {
        for (Received one : received) {
          if (wanted.test(one)) {
            return one;
          }
        }
        if (left <= 0) {
          throw new AssertionError(
              "waited in vain for %s at %s; there is only %s\n%s"
                  .formatted(what, address, last(), gateway.logTail()));
        }
        left = arrived.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + what, e);
    } finally {
      lock.unlock();
    }
  }

  /// All that has come so far, in the order in which it came.
  List<Received> received() {
    lock.lock();
    try {
      return List.copyOf(received);
    } finally {
      lock.unlock();
    }
  }

  /// The chat messages among them.
  List<Received> messages() {
    return received().stream().filter(EmsgUser::isChat).toList();
  }

  /// Ends the connection; the account stays.
  @Override
  public void close() {
    disconnect();
    clients.close();
  }

  private void disconnect() {
    if (client != null) {
      client.close();
    }
    client = null;
  }

  private void arrived(Received message) {
    lock.lock();
    try {
      received.add(message);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private long lastCursor() {
    lock.lock();
    try {
      return received.stream().mapToLong(Received::cursor).max().orElse(0);
    } finally {
      lock.unlock();
    }
  }

  private List<Received> last() {
    return received.subList(Math.max(0, received.size() - 5), received.size());
  }

  private EsmpClient online() {
    if (client == null) {
      throw new IllegalStateException(address + " is not connected");
    }
    return client;
  }

  private static boolean isChat(Received one) {
    return one.json().path("type").asText().equals("chat");
  }

  private static boolean isSystem(Received one, String event) {
    return one.json().path("type").asText().equals("system")
        && one.json().path("event").asText().equals(event);
  }

  private <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(address + ": " + e + "\n" + gateway.logTail(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
