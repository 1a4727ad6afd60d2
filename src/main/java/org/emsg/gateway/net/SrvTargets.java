package org.emsg.gateway.net;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/// The order in which a client tries the targets of an SRV answer (RFC 2782, "Usage rules").
public final class SrvTargets {
  private SrvTargets() {}

  /// Whether the answer says that the service is decidedly not available at this domain.
  public static boolean declined(List<Dns.Srv> records) {
    return records.size() == 1 && records.getFirst().target().isEmpty();
  }

  /// Lowest priority first; within one priority drawn by weight, each draw without those drawn
  /// before. Records of weight 0 are put first, so that they have a small chance of their own.
  public static List<Dns.Srv> order(List<Dns.Srv> records, RandomGenerator random) {
    List<Dns.Srv> waiting = new ArrayList<>(records);
    waiting.removeIf(srv -> srv.target().isEmpty());
    waiting.sort(Comparator.comparingInt(Dns.Srv::priority).thenComparingInt(Dns.Srv::weight));
    List<Dns.Srv> ordered = new ArrayList<>(waiting.size());
    while (!waiting.isEmpty()) {
      int priority = waiting.getFirst().priority();
      List<Dns.Srv> equals =
          new ArrayList<>(waiting.stream().filter(srv -> srv.priority() == priority).toList());
      waiting.subList(0, equals.size()).clear();
      while (!equals.isEmpty()) {
        ordered.add(draw(equals, random));
      }
    }
    return List.copyOf(ordered);
  }

  private static Dns.Srv draw(List<Dns.Srv> candidates, RandomGenerator random) {
    int sum = candidates.stream().mapToInt(Dns.Srv::weight).sum();
    int drawn = random.nextInt(sum + 1);
    int running = 0;
    for (int i = 0; i < candidates.size(); i++) {
      running += candidates.get(i).weight();
      if (running >= drawn) {
        return candidates.remove(i);
      }
    }
    throw new IllegalStateException("the weights sum up to less than their sum");
  }
}
