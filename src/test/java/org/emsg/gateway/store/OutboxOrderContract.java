package org.emsg.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.emsg.gateway.fixtures.World.ALICE;
import static org.emsg.gateway.fixtures.World.DAVE;
import static org.emsg.gateway.store.Letters.TO_XMPP;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.ConversationId;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.outbox.LaneLease;
import org.emsg.gateway.outbox.OutboundMessage;
import org.emsg.gateway.outbox.Settlement;
import org.junit.jupiter.api.Test;

/// A conversation keeps its order, whoever writes and however much waits.
interface OutboxOrderContract extends StoreContract {
  Duration LONG = Duration.ofHours(1);

  @Test
  default void aConversationHandsOutOneMessageAtATimeInOrder() {
    for (int i = 0; i < 5; i++) {
      store().intakes().commit(List.of(Letters.toDave("m" + i, "hello " + i)));
    }
    LaneLease lease = lease();
    for (int i = 0; i < 5; i++) {
      List<OutboundMessage> heads = store().outbox().heads(lease, 10, Set.of());
      assertThat(heads)
          .extracting(message -> message.envelope().id().value())
          .containsExactly("m" + i);
      assertThat(store().outbox().heads(lease, 10, Set.of(heads.getFirst().conversation())))
          .isEmpty();
      store().outbox().settle(lease, List.of(OutboxContract.done(heads.getFirst())));
    }
  }

  @Test
  default void aBatchKeepsItsOrderWithinAConversation() {
    List<PlannedEnvelope> batch = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      batch.add(Letters.toDave("m" + i, "hello " + i));
    }
    store().intakes().commit(batch);
    assertThat(drain(lease()).get(ConversationId.of(ALICE, DAVE)))
        .containsExactlyElementsOf(
            batch.stream().map(planned -> planned.envelope().id().value()).toList());
  }

  @Test
  default void manyBusyConversationsDoNotHideTheOthers() {
    List<PlannedEnvelope> batch = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      batch.add(Letters.to(person(i), TO_XMPP, "m" + i, "hello"));
    }
    store().intakes().commit(batch);
    LaneLease lease = lease();
    Set<ConversationId> busy = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      List<OutboundMessage> heads = store().outbox().heads(lease, 10, busy);
      assertThat(heads).hasSize(10);
      heads.forEach(message -> assertThat(busy.add(message.conversation())).isTrue());
    }
    assertThat(store().outbox().heads(lease, 10, busy)).isEmpty();
  }

  /// Two nodes accept messages of the same conversations while a third one delivers them: each
  /// writer's messages come out in the order in which their commits returned, and none is left
  /// behind.
  @Test
  default void twoWritersAndNoMessageOutOfOrderOrLeftBehind() throws Exception {
    int writers = 2;
    int perWriter = 60;
    Map<ConversationId, List<String>> delivered = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> writing = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        Store node = database().node();
        String name = "w" + writer;
        writing.add(threads.submit(() -> write(node, name, perWriter)));
      }
      Store reader = database().node();
      while (!writing.stream().allMatch(Future::isDone)) {
        List<LaneLease> leases = reader.outbox().lease("reader", Network.XMPP, 1, LONG);
        if (!leases.isEmpty()) {
          drain(reader, leases.getFirst(), delivered);
          reader.outbox().release(leases.getFirst());
        }
      }
      for (Future<Boolean> one : writing) {
        assertThat(one.get()).isTrue();
      }
      for (LaneLease lease : reader.outbox().lease("reader", Network.XMPP, 1, LONG)) {
        drain(reader, lease, delivered);
      }
    }
    assertThat(database().count("outbox")).isZero();
    assertThat(delivered.values().stream().mapToInt(List::size).sum())
        .isEqualTo(writers * perWriter);
    for (List<String> ids : delivered.values()) {
      for (int writer = 0; writer < writers; writer++) {
        String prefix = "w" + writer + "-";
        List<Integer> numbers =
            ids.stream()
                .filter(id -> id.startsWith(prefix))
                .map(id -> Integer.parseInt(id.substring(prefix.length())))
                .toList();
        assertThat(numbers).isSorted();
      }
    }
  }

  @Test
  default void tenThousandWaitingMessagesAreDrainedInOrder() {
    int conversations = 20;
    int messages = 10_000;
    for (int from = 0; from < messages; from += 250) {
      List<PlannedEnvelope> batch = new ArrayList<>();
      for (int i = from; i < from + 250; i++) {
        batch.add(Letters.to(person(i % conversations), TO_XMPP, "m" + i, "hello " + i));
      }
      store().intakes().commit(batch);
    }
    LaneLease lease = lease();
    assertThat(store().outbox().lanes().getFirst().waiting()).isEqualTo(messages);
    Map<ConversationId, List<String>> drained = drain(lease);
    assertThat(drained).hasSize(conversations);
    for (List<String> ids : drained.values()) {
      assertThat(ids).hasSize(messages / conversations);
      assertThat(ids.stream().map(id -> Integer.parseInt(id.substring(1))).toList()).isSorted();
    }
    assertThat(database().count("envelope")).isZero();
  }

  private static boolean write(Store node, String name, int count) {
    for (int i = 0; i < count; i += 2) {
      List<PlannedEnvelope> batch =
          List.of(
              Letters.to(person(i % 3), TO_XMPP, name + "-" + i, name),
              Letters.to(person((i + 1) % 3), TO_XMPP, name + "-" + (i + 1), name));
      node.intakes()
          .commit(batch)
          .forEach(one -> assertThat(one.result()).isInstanceOf(IntakeResult.Accepted.class));
    }
    return true;
  }

  private static Address.Xmpp person(int number) {
    return new Address.Xmpp("p" + number, "xmpp.test");
  }

  private LaneLease lease() {
    return store().outbox().lease("one", Network.XMPP, 1, LONG).getFirst();
  }

  private Map<ConversationId, List<String>> drain(LaneLease lease) {
    Map<ConversationId, List<String>> drained = new HashMap<>();
    drain(store(), lease, drained);
    return drained;
  }

  private static void drain(
      Store node, LaneLease lease, Map<ConversationId, List<String>> drained) {
    while (true) {
      List<OutboundMessage> heads = node.outbox().heads(lease, 64, Set.of());
      if (heads.isEmpty()) {
        return;
      }
      List<Settlement> settlements = new ArrayList<>();
      for (OutboundMessage message : heads) {
        drained
            .computeIfAbsent(message.conversation(), _ -> new ArrayList<>())
            .add(message.envelope().id().value());
        settlements.add(OutboxContract.done(message));
      }
      assertThat(node.outbox().settle(lease, settlements)).isTrue();
    }
  }
}
