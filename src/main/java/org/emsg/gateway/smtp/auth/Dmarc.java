package org.emsg.gateway.smtp.auth;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.net.Dns;

/// What a domain wants done with mail that bears its name without its consent, and which domains
/// are one organisation (RFC 9989).
///
/// Organisations are found by the DNS tree walk of its §4.10: no list of public suffixes is needed,
/// and none grows old. Thread-safe; blocks for look-ups.
final class Dmarc {
  private static final int MAX_LABELS = 8;

  private final Dns dns;

  Dmarc(Dns dns) {
    this.dns = dns;
  }

  enum Policy {
    NONE,
    QUARANTINE,
    REJECT
  }

  /// How a domain judges.
  ///
  /// @param published whether the domain or its organisation says anything at all
  /// @param organisation the organisational domain; the domain itself where nobody says anything
  /// @param strictDkim whether a signature has to be of the very domain, not only the organisation
  /// @param failed whether it could not be found out now
  record Judgement(
      boolean published,
      Policy policy,
      String organisation,
      boolean strictDkim,
      boolean strictSpf,
      boolean failed) {}

  /// The judgement of `domain`, that of a From.
  Judgement judge(String domain) {
    Walk walk = walk(domain);
    String organisation = walk.organisation(domain);
    Optional<Published> own = Optional.ofNullable(walk.records().get(domain));
    Optional<Published> inherited = Optional.ofNullable(walk.records().get(organisation));
    Optional<Published> record = own.or(() -> inherited).or(walk::suffix);
    Policy policy =
        own.map(Published::policy)
            .or(() -> record.map(found -> found.subdomains().orElse(found.policy())))
            .orElse(Policy.NONE);
    boolean testing = record.map(Published::testing).orElse(false);
    return new Judgement(
        record.isPresent(),
        testing ? milder(policy) : policy,
        organisation,
        record.map(Published::strictDkim).orElse(false),
        record.map(Published::strictSpf).orElse(false),
        walk.failed());
  }

  /// Whether a domain that vouched speaks for the author; `UNKNOWN` where it may, and the DNS did
  /// not say.
  enum Alignment {
    ALIGNED,
    NOT_ALIGNED,
    UNKNOWN
  }

  /// Whether `domain` is `author` or, where that is enough, of the same organisation.
  Alignment alignment(String domain, String author, Judgement judgement, boolean strict) {
    if (domain.equals(author)) {
      return Alignment.ALIGNED;
    }
    if (strict || !related(domain, judgement.organisation())) {
      return Alignment.NOT_ALIGNED;
    }
    Walk walk = walk(domain);
    if (walk.failed()) {
      return Alignment.UNKNOWN;
    }
    return walk.organisation(domain).equals(judgement.organisation())
        ? Alignment.ALIGNED
        : Alignment.NOT_ALIGNED;
  }

  private static boolean related(String domain, String organisation) {
    return domain.equals(organisation) || domain.endsWith('.' + organisation);
  }

  private static Policy milder(Policy policy) {
    return policy == Policy.REJECT ? Policy.QUARANTINE : Policy.NONE;
  }

  /// The records found on the way from a domain to the root, the longest name first.
  private record Walk(Map<String, Published> records, List<String> order, boolean failed) {
    String organisation(String start) {
      String shortest = start;
      for (String name : order) {
        Published record = records.get(name);
        if (record == null) {
          continue;
        }
        if (record.psd() == 'n') {
          return name;
        }
        if (record.psd() == 'y' && !name.equals(start)) {
          return below(start, name);
        }
        shortest = name;
      }
      return shortest;
    }

    Optional<Published> suffix() {
      return order.stream()
          .map(records::get)
          .filter(record -> record != null && record.psd() == 'y')
          .findFirst();
    }

    /// The name one label below `suffix`, on the way to `start`.
    private static String below(String start, String suffix) {
      String rest = start.substring(0, start.length() - suffix.length() - 1);
      return rest.substring(rest.lastIndexOf('.') + 1) + '.' + suffix;
    }
  }

  private Walk walk(String domain) {
    Map<String, Published> records = new HashMap<>();
    List<String> order = new ArrayList<>();
    boolean failed = false;
    String name = domain;
    while (true) {
      order.add(name);
      Dns.Answer<String> answer = DnsAnswers.await(dns.txt("_dmarc." + name));
      failed |= answer instanceof Dns.Answer.Failed<String>;
      Optional<Published> record = only(answer.orNone());
      if (record.isPresent()) {
        records.put(name, record.get());
        if (record.get().psd() != 'u') {
          break;
        }
      }
      Optional<String> parent = parent(name);
      if (parent.isEmpty()) {
        break;
      }
      name = parent.get();
    }
    return new Walk(records, order, failed);
  }

  /// One label less; of a long name only the last seven labels, so that nobody makes us ask a
  /// hundred times (§4.10, step 4).
  private static Optional<String> parent(String name) {
    String[] labels = name.split("\\.");
    if (labels.length <= 1) {
      return Optional.empty();
    }
    int from = labels.length <= MAX_LABELS ? 1 : labels.length - (MAX_LABELS - 1);
    return Optional.of(String.join(".", List.of(labels).subList(from, labels.length)));
  }

  /// @param psd `y`, `n` or `u`
  private record Published(
      Policy policy,
      Optional<Policy> subdomains,
      boolean strictDkim,
      boolean strictSpf,
      boolean testing,
      char psd) {}

  /// Records that are none of DMARC do not count; two that are count for none.
  private static Optional<Published> only(List<String> texts) {
    List<Published> records = texts.stream().map(Dmarc::parse).flatMap(Optional::stream).toList();
    return records.size() == 1 ? Optional.of(records.getFirst()) : Optional.empty();
  }

  private static Optional<Published> parse(String text) {
    Map<String, String> tags = new HashMap<>();
    boolean first = true;
    for (String tag : text.split(";", 100)) {
      int equals = tag.indexOf('=');
      String name = equals < 0 ? "" : tag.substring(0, equals).strip();
      String value = equals < 0 ? "" : tag.substring(equals + 1).strip();
      if (first && (!name.equals("v") || !value.equals("DMARC1"))) {
        return Optional.empty();
      }
      first = false;
      tags.putIfAbsent(name.toLowerCase(Locale.ROOT), value.toLowerCase(Locale.ROOT));
    }
    return Optional.of(
        new Published(
            policy(tags.get("p")).orElse(Policy.NONE),
            policy(tags.get("sp")),
            "s".equals(tags.get("adkim")),
            "s".equals(tags.get("aspf")),
            "y".equals(tags.get("t")),
            switch (tags.getOrDefault("psd", "u")) {
              case "y" -> 'y';
              case "n" -> 'n';
              default -> 'u';
            }));
  }

  private static Optional<Policy> policy(@org.jspecify.annotations.Nullable String value) {
    if (value == null) {
      return Optional.empty();
    }
    return switch (value) {
      case "reject" -> Optional.of(Policy.REJECT);
      case "quarantine" -> Optional.of(Policy.QUARANTINE);
      case "none" -> Optional.of(Policy.NONE);
      default -> Optional.empty();
    };
  }
}
