package org.emsg.gateway.address;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The rules in order; the first that matches wins. Those for one domain are found by it, so that a
/// list of many thousand partners costs no more than a short one.
final class RuleTable {
  private final Map<String, List<Rule>> byDomain = new HashMap<>();
  private final List<Rule> byPattern = new ArrayList<>();

  RuleTable(List<Rule> rules) {
    for (Rule rule : rules) {
      String domain = rule.match().domain();
      (domain.startsWith("*")
              ? byPattern
              : byDomain.computeIfAbsent(domain, d -> new ArrayList<>()))
          .add(rule);
    }
  }

  Optional<Rule> first(String local, String domain) {
    return first(local, domain, rule -> true);
  }

  /// The first that matches of those that `wanted` holds for.
  Optional<Rule> first(String local, String domain, Predicate<Rule> wanted) {
    Optional<Rule> exact = firstOf(byDomain.getOrDefault(domain, List.of()), local, domain, wanted);
    Optional<Rule> wide = firstOf(byPattern, local, domain, wanted);
    if (exact.isEmpty() || wide.isEmpty()) {
      return exact.isPresent() ? exact : wide;
    }
    return exact.get().number() < wide.get().number() ? exact : wide;
  }

  private static Optional<Rule> firstOf(
      List<Rule> rules, String local, String domain, Predicate<Rule> wanted) {
    for (Rule rule : rules) {
      if (rule.match().matches(local, domain) && wanted.test(rule)) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }
}
