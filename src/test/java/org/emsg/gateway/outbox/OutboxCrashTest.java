package org.emsg.gateway.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three nodes drain one lane to a peer that fails in every way, while nodes crash, freeze and come
/// back, by a seed that a failure names. Whatever happens: nothing is lost, the first arrivals of a
/// conversation are in order, no row is settled twice, and no holder of a lease meets another's
/// work.
class OutboxCrashTest {
  private static final int CONVERSATIONS = 12;
  private static final int MESSAGES = 400;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void losesNothingKeepsTheOrderAndSettlesOnce(long seed) {
    OutboxScene scene = new OutboxScene(seed);
    scene.peer = _ -> capricious(scene);
    Map<String, LaneRun> runs = new HashMap<>();
    int queued = 0;
    scene.outbox.beforeSettle(() -> freeze(scene, runs));

    for (int i = 0; i < 20_000 && (queued < MESSAGES || scene.outbox.size() > 0); i++) {
      String node = "node-" + scene.random.nextInt(3);
      switch (scene.random.nextInt(12)) {
        case 0, 1 -> {
          if (queued < MESSAGES) {
            scene.queue(scene.random.nextInt(CONVERSATIONS));
            queued++;
          }
        }
        case 2, 3, 4, 5 -> {
          if (!scene.pending.isEmpty()) {
            scene.pending.remove(scene.random.nextInt(scene.pending.size())).run();
          }
        }
        case 6 -> scene.clock.advance(Duration.ofMillis(scene.random.nextInt(8_000)));
        case 7 -> crash(scene, runs, node);
        default -> step(scene, runs, node);
      }
    }
    calmDown(scene, runs);

    assertThat(scene.outbox.size()).isZero();
    assertThat(new HashSet<>(scene.arrived)).as("nothing is lost").hasSize(MESSAGES);
    assertThat(firstArrivals(scene)).allSatisfy((_, ids) -> assertThat(ids).isSorted());
    assertThat(scene.outbox.settledInVain()).as("sent twice under one lease").isZero();
    List<OutboxId> done =
        scene.outbox.settled().stream()
            .filter(Settlement.Done.class::isInstance)
            .map(Settlement::id)
            .toList();
    assertThat(done).hasSize(MESSAGES).doesNotHaveDuplicates();
  }

  /// A frozen node is one that is not stepped for long, which chance sees to; a crashed one never
  /// is again, and what it was sending may still go out or not.
  private static void crash(OutboxScene scene, Map<String, LaneRun> runs, String node) {
    if (scene.random.nextInt(10) == 0) {
      runs.remove(node);
      if (scene.random.nextBoolean()) {
        scene.pending.clear();
      }
    }
  }

  /// A node freezes on its way to the database until its lease is over and others have moved on.
  private static void freeze(OutboxScene scene, Map<String, LaneRun> runs) {
    if (scene.random.nextInt(60) == 0) {
      scene.outbox.beforeSettle(() -> {});
      scene.clock.advance(Duration.ofSeconds(90));
      for (int i = scene.random.nextInt(12); i > 0; i--) {
        step(scene, runs, "node-2");
        if (!scene.pending.isEmpty()) {
          scene.pending.remove(scene.random.nextInt(scene.pending.size())).run();
        }
      }
      scene.outbox.beforeSettle(() -> freeze(scene, runs));
    }
  }

  private static void step(OutboxScene scene, Map<String, LaneRun> runs, String node) {
    LaneRun run = runs.get(node);
    if (run == null) {
      scene.run(node, OutboxSettings.DEFAULT).ifPresent(made -> runs.put(node, made));
    } else if (run.step().isEmpty()) {
      runs.remove(node);
    }
  }

  private static Outcome capricious(OutboxScene scene) {
    Reason reason = OutboxScene.DOWN;
    return switch (scene.random.nextInt(10)) {
      case 0 -> Outcome.Deferred.lane(reason);
      case 1 -> Outcome.Deferred.lane(reason).uncertain();
      case 2 -> Outcome.Deferred.conversation(reason);
      case 3 -> Outcome.Deferred.conversation(reason).uncertain();
      default -> Outcome.Delivered.plain();
    };
  }

  private static void calmDown(OutboxScene scene, Map<String, LaneRun> runs) {
    scene.outbox.beforeSettle(() -> {});
    scene.peer = _ -> Outcome.Delivered.plain();
    runs.clear();
    for (int i = 0; i < 2_000 && scene.outbox.size() > 0; i++) {
      scene.flush();
      Optional<LaneRun> run = scene.run("node-9", OutboxSettings.DEFAULT);
      run.ifPresent(scene::drain);
      scene.clock.advance(Duration.ofMinutes(5));
    }
  }

  /// Conversation → the numbers of its messages in the order in which each first arrived.
  private static Map<String, List<Integer>> firstArrivals(OutboxScene scene) {
    Map<String, List<Integer>> arrivals = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (String id : scene.arrived) {
      if (seen.add(id)) {
        int slash = id.indexOf('/');
        arrivals
            .computeIfAbsent(id.substring(0, slash), _ -> new ArrayList<>())
            .add(Integer.valueOf(id.substring(slash + 1)));
      }
    }
    return arrivals;
  }
}
