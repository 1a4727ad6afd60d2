package org.emsg.gateway.address;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// Makes a `Mapping` of a file that its schema found well formed, and finds what the schema cannot:
/// names that are no domains, faces that clash, rules that contradict themselves. Used once; what
/// it returns is of use only where no fault was added.
final class MappingBuilder {
  private final List<MappingFault> faults;

  /// Domain → what it was named for first: `home domain a.test`, `face of xmpp`.
  private final Map<String, String> uses = new HashMap<>();

  MappingBuilder(List<MappingFault> faults) {
    this.faults = faults;
  }

  Mapping build(JsonNode root) {
    Faces faces = faces(root.get("home"), root.get("faces"));
    List<Network> discovery = new ArrayList<>();
    if (root.has("discovery")) {
      root.get("discovery").forEach(name -> discovery.add(network(name)));
    } else {
      discovery.addAll(List.of(Network.values()));
    }
    List<Rule> rules = new ArrayList<>();
    for (JsonNode rule : root.path("rules")) {
      rules.add(rule(rules.size() + 1, rule, faces));
    }
    return new Mapping(faces, discovery, new RuleTable(rules));
  }

  private Faces faces(JsonNode homes, JsonNode faces) {
    List<Faces.Home> read = new ArrayList<>();
    for (JsonNode home : homes) {
      String domain = domain(home.isObject() ? home.get("domain") : home);
      if (uses.put(domain, "home domain " + domain) != null) {
        fault(home, domain + " is there twice in home");
      }
    }
    for (JsonNode home : homes) {
      boolean first = read.isEmpty();
      if (first && home.isObject()) {
        fault(home, "the faces of the first home domain stand under faces");
      }
      String domain = domain(home.isObject() ? home.get("domain") : home);
      read.add(
          new Faces.Home(
              domain, emsgFaces(domain, first ? faces.path("emsg") : home.path("emsg"))));
    }
    Map<Network, String> foreign = new EnumMap<>(Network.class);
    for (Network network : Network.values()) {
      JsonNode face = faces.path(network.label());
      if (network != Network.EMSG && face.isTextual()) {
        String domain = domain(face);
        claim(face, domain, "face of " + network.label() + " people");
        foreign.put(network, domain);
      }
    }
    return new Faces(read, foreign);
  }

  /// EMSG's faces may be one domain for several viewers, and the home domain itself.
  private Map<Network, String> emsgFaces(String home, JsonNode faces) {
    Map<Network, String> shown = new EnumMap<>(Network.class);
    for (Network viewer : Network.values()) {
      JsonNode face = faces.path(viewer.label());
      if (face.isTextual()) {
        String domain = domain(face);
        if (!domain.equals(home) && !shown.containsValue(domain)) {
          claim(face, domain, "face of home domain " + home);
        }
        shown.put(viewer, domain);
      }
    }
    return shown;
  }

  private void claim(JsonNode at, String domain, String use) {
    String other = uses.putIfAbsent(domain, use);
    if (other != null) {
      fault(at, domain + " is the " + other + " already; each face has a domain of its own");
    }
  }

  private Rule rule(int number, JsonNode rule, Faces faces) {
    AddressPattern match = pattern(rule.get("match"));
    Optional<Network> network = Optional.ofNullable(rule.get("network")).map(this::network);
    Optional<Rule.Rewrite> rewrite =
        Optional.ofNullable(rule.get("rewrite")).map(node -> rewrite(node, match));
    Optional<Reason> reject = Optional.ofNullable(rule.get("reject")).map(MappingBuilder::reject);
    boolean stripTag = rule.path("strip-tag").asBoolean();
    if (rule.size() == 1) {
      fault(rule, "a rule says what happens: network, rewrite, reject, transit or strip-tag");
    }
    if (reject.isPresent() && rule.size() > 2) {
      fault(rule.get("reject"), "a rule that rejects does nothing else");
    }
    if (stripTag && !faces.isHome(match.domain())) {
      fault(rule.get("strip-tag"), "strip-tag is for addresses on a home domain");
    }
    rewrite.ifPresent(to -> {
      if (network.isPresent() && faces.isOursOn(network.get(), to.domain())) {
        fault(rule.get("rewrite"), to.domain() + " is our own: leave network out");
      }
    });
    if (rewrite.isEmpty() && network.isPresent() && faces.isOursOn(network.get(), match.domain())) {
      fault(rule.get("network"), match.domain() + " is our own on " + network.get().label());
    }
    return new Rule(number, match, network, rewrite, reject, transit(rule), stripTag);
  }

  private Optional<Transit> transit(JsonNode rule) {
    JsonNode from = rule.path("transit").path("from");
    if (from.isMissingNode()) {
      return Optional.empty();
    }
    List<AddressPattern> patterns = new ArrayList<>();
    if (from.isTextual()) {
      patterns.add(pattern(from));
    }
    for (JsonNode each : from) {
      patterns.add(pattern(each));
    }
    return Optional.of(new Transit(patterns));
  }

  private Rule.Rewrite rewrite(JsonNode node, AddressPattern match) {
    String text = node.asText();
    int at = separator(text);
    String local = text.substring(0, at);
    if (local.contains("*") && match.suffix().isEmpty()) {
      fault(node, "a * needs a * in match");
    }
    if (local.isEmpty()) {
      fault(node, "a rewrite names a user");
    }
    return new Rule.Rewrite(local, domainOf(node, text.substring(at + 1)));
  }

  private AddressPattern pattern(JsonNode node) {
    String text = node.asText();
    int at = separator(text);
    String local = text.substring(0, at).toLowerCase(Locale.ROOT);
    String domain = text.substring(at + 1);
    String normal =
        switch (domain) {
          case "*" -> "*";
          case String d when d.startsWith("*.") -> "*." + domainOf(node, d.substring(2));
          default -> domainOf(node, domain);
        };
    int star = local.indexOf('*');
    return star < 0
        ? new AddressPattern(normalLocal(local), Optional.empty(), normal)
        : new AddressPattern(
            normalLocal(local.substring(0, star)),
            Optional.of(normalLocal(local.substring(star + 1))),
            normal);
  }

  /// Patterns are compared with normal forms; what has none stays as it is and matches as that.
  private static String normalLocal(String local) {
    return LocalParts.emsg(local).orElse(local);
  }

  private static int separator(String text) {
    int at = text.indexOf('#');
    return at >= 0 ? at : text.indexOf('@');
  }

  private static Reason reject(JsonNode node) {
    String text = node.asText();
    String code = text.substring(0, 3);
    Reason.Kind kind =
        switch (code) {
          case "404" -> Reason.Kind.NO_SUCH_USER;
          case "410" -> Reason.Kind.GONE;
          default -> Reason.Kind.NOT_ALLOWED;
        };
    return Reason.of(kind, text.substring(4).strip());
  }

  private String domain(JsonNode node) {
    return domainOf(node, node.asText());
  }

  private String domainOf(JsonNode node, String name) {
    Optional<String> domain = Domains.normalize(name);
    if (domain.isEmpty()) {
      fault(node, '"' + name + "\" is not a domain name");
    }
    return domain.orElse("invalid");
  }

  private Network network(JsonNode name) {
    return Network.valueOf(name.asText().toUpperCase(Locale.ROOT));
  }

  private void fault(JsonNode at, String what) {
    faults.add(new MappingFault(MappingReader.lineOf(at), what));
  }
}
