package org.emsg.gateway.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// A person at an XMPP client that is not ours (slixmpp). What arrives waits here until a test
/// takes it, each stanza once. Safe for use by several threads.
public final class XmppUser implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String jid;
  private final Socket socket;
  private final BufferedWriter commands;
  private final AtomicInteger tags = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<JsonNode> waiting = new ArrayList<>();

  /// A stanza as it came.
  ///
  /// @param kind `message` or `presence`
  /// @param thread empty if it has none
  /// @param receiptOf the id of the message whose receipt (XEP-0184) this is
  public record Stanza(
      String kind,
      String from,
      String to,
      String id,
      String type,
      Optional<StanzaError> error,
      String body,
      String thread,
      Optional<String> receiptOf,
      boolean asksForReceipt,
      String xml) {}

  /// A stanza error (RFC 6120 §8.3).
  public record StanzaError(String condition, String type, String text) {}

  /// What an entity says it is (XEP-0030).
  ///
  /// @param identities each as `category/type`
  public record Disco(List<String> identities, TreeSet<String> features) {}

  private XmppUser(String jid, Socket socket) throws IOException {
    this.jid = jid;
    this.socket = socket;
    this.commands =
        new BufferedWriter(
            new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
    BufferedReader events =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().name("xmpp-user-" + jid).start(() -> listen(events));
  }

  /// Connects and waits until the server has the user online.
  static XmppUser connect(String jid, String password, String host, int port) {
    try {
      var clients = ClientsPeer.shared().xmppUsers();
      XmppUser user = new XmppUser(jid, new Socket(clients.getAddress(), clients.getPort()));
      user.tell(
          JSON.createObjectNode()
              .put("jid", jid)
              .put("password", password)
              .put("host", host)
              .put("port", port));
      user.take(jid + " to be online", event -> is(event, "online"));
      return user;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The bare JID.
  public String jid() {
    return jid;
  }

  /// Sends a chat message and returns its id.
  public String chat(String to, String body) {
    return chat(to, body, JSON.createObjectNode());
  }

  /// Sends a chat message in a thread and returns its id.
  public String chatInThread(String to, String body, String thread) {
    return chat(to, body, JSON.createObjectNode().put("thread", thread));
  }

  /// Sends a chat message that asks for a receipt and returns its id.
  public String chatAskingForReceipt(String to, String body) {
    return chat(to, body, JSON.createObjectNode().put("receipt", true));
  }

  private String chat(String to, String body, ObjectNode command) {
    String id = "m" + tags.incrementAndGet() + "-" + Integer.toHexString(hashCode());
    tell(command.put("do", "message").put("to", to).put("body", body).put("id", id));
    return id;
  }

  /// Sends presence: `subscribe`, `unsubscribe`, `probe` …
  public void presence(String to, String type) {
    tell(JSON.createObjectNode().put("do", "presence").put("to", to).put("type", type));
  }

  /// Sends a stanza, or what is none, as it is.
  public void raw(String xml) {
    tell(JSON.createObjectNode().put("do", "raw").put("xml", xml));
  }

  /// Asks an entity what it is.
  ///
  /// @throws IllegalStateException with the condition, when it answers with an error
  public Disco disco(String of) {
    JsonNode answer = ask(JSON.createObjectNode().put("do", "disco").put("to", of));
    List<String> identities = new ArrayList<>();
    answer
        .path("identities")
        .forEach(identity ->
            identities.add(
                identity.path("category").asText() + "/" + identity.path("type").asText()));
    TreeSet<String> features = new TreeSet<>();
    answer.path("features").forEach(feature -> features.add(feature.asText()));
    return new Disco(List.copyOf(identities), features);
  }

  /// Pings an entity (XEP-0199).
  ///
  /// @throws IllegalStateException with the condition, when it answers with an error
  public void ping(String of) {
    ask(JSON.createObjectNode().put("do", "ping").put("to", of));
  }

  /// The next message with a body.
  public Stanza awaitMessage() {
    return awaitStanza("a message", XmppUser::isChat);
  }

  /// The message with that body.
  public Stanza awaitMessage(String body) {
    return awaitStanza("“" + body + "”", stanza -> isChat(stanza) && stanza.body().equals(body));
  }

  /// The next stanza that reports an error.
  public Stanza awaitError() {
    return awaitStanza("an error", stanza -> stanza.error().isPresent());
  }

  /// The receipt for a message of ours.
  public Stanza awaitReceiptOf(String id) {
    return awaitStanza(
        "the receipt of " + id, stanza -> stanza.receiptOf().filter(id::equals).isPresent());
  }

  /// Presence of that type from an entity, whatever its resource.
  public Stanza awaitPresence(String from, String type) {
    return awaitStanza(
        type + " presence from " + from,
        stanza ->
            stanza.kind().equals("presence")
                && stanza.type().equals(type)
                && (stanza.from() + "/").startsWith(from + "/"));
  }

  /// The next stanza that is as wanted; it is then taken.
  public Stanza awaitStanza(String what, Predicate<Stanza> wanted) {
    return stanza(
        take(
            what + " at " + jid,
            event ->
                (is(event, "message") || is(event, "presence")) && wanted.test(stanza(event))));
  }

  /// Waits until the connection to the server is gone, and all that it brought is here.
  public void awaitOffline() {
    take(jid + " to be offline", event -> is(event, "offline"));
  }

  /// Takes the chat messages that have arrived by now, in order.
  public List<Stanza> takeMessages() {
    lock.lock();
    try {
      List<Stanza> taken = new ArrayList<>();
      waiting.removeIf(event -> {
        boolean chat = is(event, "message") && isChat(stanza(event));
        if (chat) {
          taken.add(stanza(event));
        }
        return chat;
      });
      return taken;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode ask(ObjectNode question) {
    int tag = tags.incrementAndGet();
    tell(question.put("tag", tag));
    JsonNode answer =
        take(
            "the answer to " + question,
            event -> is(event, "answer") && event.path("tag").asInt() == tag);
    if (!answer.path("error").isNull()) {
      throw new IllegalStateException(answer.path("error").path("condition").asText());
    }
    return answer.path("result");
  }

  private synchronized void tell(ObjectNode command) {
    try {
      commands.write(JSON.writeValueAsString(command));
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(jid + " cannot be told anything more", e);
    }
  }

  private void listen(BufferedReader events) {
    try {
      for (String line = events.readLine(); line != null; line = events.readLine()) {
        JsonNode event = JSON.readTree(line);
        lock.lock();
        try {
          waiting.add(event);
          arrived.signalAll();
        } finally {
          lock.unlock();
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the client of " + jid + " does not speak JSON", e);
    } catch (IOException e) {
      // The user was closed: nothing more will be heard.
      return;
    }
  }

  private JsonNode take(String what, Predicate<JsonNode> wanted) {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
      while (true) {
        for (int i = 0; i < waiting.size(); i++) {
          if (wanted.test(waiting.get(i))) {
            return waiting.remove(i);
          }
        }
        if (left <= 0) {
          throw new AssertionError("waited in vain for " + what + "; there is only " + waiting);
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

  private static boolean is(JsonNode event, String kind) {
    return event.path("event").asText().equals(kind);
  }

  private static boolean isChat(Stanza stanza) {
    return stanza.kind().equals("message") && stanza.error().isEmpty() && !stanza.body().isEmpty();
  }

  private static Stanza stanza(JsonNode event) {
    JsonNode error = event.path("error");
    return new Stanza(
        event.path("event").asText(),
        event.path("from").asText(),
        event.path("to").asText(),
        event.path("id").asText(),
        event.path("type").asText(),
        error.isObject()
            ? Optional.of(
                new StanzaError(
                    error.path("condition").asText(),
                    error.path("type").asText(),
                    error.path("text").asText()))
            : Optional.empty(),
        event.path("body").asText(""),
        event.path("thread").asText(""),
        Optional.of(event.path("receipt").asText("")).filter(id -> !id.isEmpty()),
        event.path("receipt_requested").asBoolean(),
        event.path("xml").asText());
  }
}
