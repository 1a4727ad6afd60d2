package org.emsg.gateway.net;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/// The order in which a mail server tries the exchangers of a domain (RFC 5321 §5.1).
public final class MxTargets {
  private MxTargets() {}

  /// Whether the domain accepts no mail at all (null MX, RFC 7505).
  public static boolean declined(List<Dns.Mx> records) {
    return records.size() == 1 && records.getFirst().target().isEmpty();
  }

  /// Lowest preference first, equals in random order.
  public static List<Dns.Mx> order(List<Dns.Mx> records, RandomGenerator random) {
    List<Dns.Mx> ordered = new ArrayList<>(records);
    ordered.removeIf(mx -> mx.target().isEmpty());
    Collections.shuffle(ordered, Random.from(random));
    ordered.sort(Comparator.comparingInt(Dns.Mx::preference));
    return List.copyOf(ordered);
  }
}
