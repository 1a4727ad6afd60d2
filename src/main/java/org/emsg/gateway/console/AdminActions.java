package org.emsg.gateway.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.gateway.Trace;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.outbox.LaneKey;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.outbox.OutboxId;

/// What an operator can see and do, as functions from JSON to JSON. Calls block on the store.
public final class AdminActions {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MOST = 1_000;
  private static final OutboxId BEFORE_ALL = new OutboxId(0);

  private final Ports ports;
  private final InstantSource clock;

  /// What the actions work on.
  ///
  /// @param validKey whether 32 bytes are an Ed25519 key
  /// @param domainKey the public key of a home domain
  /// @param status what the gateway serves, and where
  public record Ports(
      Addressing addressing,
      Accounts accounts,
      Outbox outbox,
      Trace trace,
      Predicate<Bytes> validKey,
      Function<String, Bytes> domainKey,
      Supplier<ObjectNode> status) {}

  public AdminActions(Ports ports, InstantSource clock) {
    this.ports = ports;
    this.clock = clock;
  }

  /// Does what `action` names. Names are those of the command line: `user.add`, `outbox.retry`.
  public JsonNode perform(String action, JsonNode request) throws AdminRefusal {
    return switch (action) {
      case "status" -> ports.status().get();
      case "user.add" -> addUser(request);
      case "user.list" -> listUsers(request);
      case "key.list" -> listKeys(account(request));
      case "key.add" -> addKey(user(request), request);
      case "key.revoke" -> endKey(user(request), request, true);
      case "key.supersede" -> endKey(user(request), request, false);
      case "trace" -> trace(text(request, "id"));
      case "outbox.lanes" -> lanes();
      case "outbox.waiting" -> waiting(lane(request));
      case "outbox.failed" -> failed();
      case "outbox.retry" -> NODES.objectNode().put("due", ports.outbox().retryNow(lane(request)));
      case "outbox.drop" -> drop(request);
      default -> throw new AdminRefusal(404, "there is no action " + action);
    };
  }

  private JsonNode addUser(JsonNode request) throws AdminRefusal {
    Address.Emsg account = homeAddress(text(request, "account"));
    if (account.local().isEmpty()) {
      throw new AdminRefusal(400, account + " is a domain, not a user");
    }
    boolean hasKey = request.has("public-key");
    if (hasKey) {
      publicKey(request);
    }
    // One without a key is what is left where the key was somebody else's: now it gets one.
    boolean added = ports.accounts().add(account);
    if (!added && !(hasKey && ports.accounts().keys(account).isEmpty())) {
      throw new AdminRefusal(409, account + " is there already");
    }
    if (hasKey) {
      addKey(account, request);
    }
    return NODES.objectNode().put("account", account.text());
  }

  private JsonNode listUsers(JsonNode request) throws AdminRefusal {
    List<String> domains =
        request.has("domain") ? List.of(text(request, "domain")) : ports.addressing().homeDomains();
    ArrayNode users = NODES.arrayNode();
    for (String domain : domains) {
      for (Address.Emsg account : ports.accounts().list(domain)) {
        long keys =
            ports.accounts().keys(account).stream().filter(k -> k.revoked().isEmpty()).count();
        users.addObject().put("account", account.text()).put("keys", keys);
      }
    }
    return users;
  }

  private JsonNode listKeys(Address.Emsg account) {
    ArrayNode keys = NODES.arrayNode();
    if (account.local().isEmpty()) {
      Bytes own = ports.domainKey().apply(account.domain());
      keys.addObject()
          .put("key-id", AccountKey.idOf(own))
          .put("algorithm", "ed25519")
          .put("public-key", Base64.getEncoder().encodeToString(own.toByteArray()));
      return keys;
    }
    for (AccountKey key : ports.accounts().keys(account)) {
      ObjectNode shown =
          keys.addObject()
              .put("key-id", key.keyId())
              .put("algorithm", key.algorithm())
              .put("public-key", Base64.getEncoder().encodeToString(key.publicKey().toByteArray()))
              .put("added", key.added().toString());
      key.superseded().ifPresent(when -> shown.put("superseded", when.toString()));
      key.revoked().ifPresent(when -> shown.put("revoked", when.toString()));
    }
    return keys;
  }

  private JsonNode addKey(Address.Emsg account, JsonNode request) throws AdminRefusal {
    Bytes publicKey = publicKey(request);
    // Clients sign under the name that follows from the key, unless they gave it another.
    String keyId = request.has("key-id") ? text(request, "key-id") : AccountKey.idOf(publicKey);
    AccountKey key =
        new AccountKey(
            keyId, "ed25519", publicKey, clock.instant(), Optional.empty(), Optional.empty());
    if (!ports.accounts().addKey(account, key)) {
      throw new AdminRefusal(
          409, "a key " + keyId + " of " + account + " is there already, or the key is somebody's");
    }
    return NODES.objectNode().put("account", account.text()).put("key-id", keyId);
  }

  private Bytes publicKey(JsonNode request) throws AdminRefusal {
    Bytes publicKey = base64(text(request, "public-key"));
    if (!ports.validKey().test(publicKey)) {
      throw new AdminRefusal(400, "the public key is no Ed25519 key (32 bytes in base64)");
    }
    return publicKey;
  }

  private JsonNode endKey(Address.Emsg account, JsonNode request, boolean revoked)
      throws AdminRefusal {
    String keyId = text(request, "key-id");
    Instant now = clock.instant();
    boolean done =
        revoked
            ? ports.accounts().revoke(account, keyId, now)
            : ports.accounts().supersede(account, keyId, now);
    if (!done) {
      throw new AdminRefusal(404, account + " has no key " + keyId + " that is in use");
    }
    return NODES.objectNode().put("account", account.text()).put("key-id", keyId);
  }

  private JsonNode trace(String id) throws AdminRefusal {
    TraceId trace;
    try {
      trace = new TraceId(id);
    } catch (IllegalArgumentException notOne) {
      throw new AdminRefusal(400, String.valueOf(notOne.getMessage()));
    }
    ArrayNode lines = NODES.arrayNode();
    for (Trace.Line line : ports.trace().find(trace)) {
      lines
          .addObject()
          .put("at", line.at().toString())
          .put("step", line.step())
          .put("text", line.text());
    }
    if (lines.isEmpty()) {
      throw new AdminRefusal(404, "nothing is known of " + trace);
    }
    return lines;
  }

  private JsonNode lanes() {
    ArrayNode lanes = NODES.arrayNode();
    for (Outbox.LaneStatus status : ports.outbox().lanes()) {
      ObjectNode shown =
          named(lanes.addObject(), status.lane())
              .put("waiting", status.waiting())
              .put("failed", status.failed())
              .put("attempts", status.attempts());
      status.pausedUntil().ifPresent(until -> shown.put("paused-until", until.toString()));
      status.lastReason().ifPresent(reason -> shown.put("last-reason", told(reason)));
      status.holder().ifPresent(node -> shown.put("holder", node));
      status.oldest().ifPresent(oldest -> shown.put("oldest", oldest.toString()));
    }
    return lanes;
  }

  private JsonNode waiting(LaneKey lane) {
    ArrayNode rows = NODES.arrayNode();
    for (Outbox.WaitingMessage row : ports.outbox().waiting(lane, MOST)) {
      ObjectNode shown =
          rows.addObject()
              .put("id", row.id().value())
              .put("trace", row.trace().value())
              .put("from", row.sender())
              .put("to", row.recipient())
              .put("attempts", row.attempts())
              .put("queued", row.queued().toString());
      row.notBefore().ifPresent(when -> shown.put("not-before", when.toString()));
      row.lastReason().ifPresent(reason -> shown.put("last-reason", told(reason)));
    }
    return rows;
  }

  private JsonNode failed() {
    ArrayNode rows = NODES.arrayNode();
    for (Outbox.FailedMessage row : ports.outbox().failed(BEFORE_ALL, MOST)) {
      rows.addObject()
          .put("id", row.id().value())
          .put("trace", row.envelope().trace().value())
          .put("to", row.addressed().text())
          .put("reason", told(row.reason()));
    }
    return rows;
  }

  private JsonNode drop(JsonNode request) throws AdminRefusal {
    long id = request.path("id").asLong(-1);
    Reason reason =
        Reason.of(Reason.Kind.NOT_ALLOWED, "The operator of the gateway dropped the message.");
    if (!ports.outbox().drop(new OutboxId(id), reason)) {
      throw new AdminRefusal(404, "no message waits under " + id);
    }
    return NODES.objectNode().put("id", id);
  }

  /// Whose keys can be changed: a domain's own are files of the gateway.
  private Address.Emsg user(JsonNode request) throws AdminRefusal {
    Address.Emsg account = account(request);
    if (account.local().isEmpty()) {
      throw new AdminRefusal(400, "the key of " + account + " is the gateway's own (data/keys)");
    }
    return account;
  }

  private Address.Emsg account(JsonNode request) throws AdminRefusal {
    Address.Emsg account = homeAddress(text(request, "account"));
    if (!account.local().isEmpty() && !ports.accounts().exists(account)) {
      throw new AdminRefusal(404, "there is no account " + account);
    }
    return account;
  }

  private Address.Emsg homeAddress(String text) throws AdminRefusal {
    return switch (ports.addressing().parse(Network.EMSG, text)) {
      case Parsed.Valid(Address.Emsg address)
          when ports.addressing().homeDomains().contains(address.domain()) ->
          address;
      case Parsed.Valid valid ->
          throw new AdminRefusal(
              400,
              "accounts are on the home domains, "
                  + String.join(", ", ports.addressing().homeDomains())
                  + ", not on "
                  + valid.address().domain());
      case Parsed.Invalid(String why) -> throw new AdminRefusal(400, why);
    };
  }

  private static LaneKey lane(JsonNode request) throws AdminRefusal {
    String network = text(request, "network");
    Network of =
        Arrays.stream(Network.values())
            .filter(each -> each.label().equals(network))
            .findFirst()
            .orElseThrow(() -> new AdminRefusal(400, "networks are emsg, xmpp and smtp"));
    return new LaneKey(text(request, "ours"), of, text(request, "remote"));
  }

  private static ObjectNode named(ObjectNode into, LaneKey lane) {
    return into.put("network", lane.network().label())
        .put("ours", lane.ours())
        .put("remote", lane.remote());
  }

  private static String told(Reason reason) {
    return reason.status().map(status -> status + " " + reason.text()).orElse(reason.text());
  }

  private static String text(JsonNode request, String field) throws AdminRefusal {
    JsonNode value = request.path(field);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw new AdminRefusal(400, field + " is missing");
    }
    return value.asText();
  }

  private static Bytes base64(String text) throws AdminRefusal {
    try {
      return Bytes.wrap(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException notBase64) {
      throw new AdminRefusal(400, "the public key is not in base64");
    }
  }
}
