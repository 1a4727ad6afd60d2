package org.emsg.gateway.address;

import java.util.List;
import java.util.Optional;
import org.emsg.gateway.address.Target.Home;
import org.emsg.gateway.address.Target.Nobody;
import org.emsg.gateway.address.Target.On;
import org.emsg.gateway.address.Target.Open;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// Steps 1 to 3 of "Which network serves a recipient" (`addresses.md`), under one state of the
/// mapping.
final class Resolver {
  private static final Transit ANYBODY =
      new Transit(List.of(new AddressPattern("", Optional.of(""), "*")));

  private final Mapping mapping;
  private final Faces faces;
  private final Aliases aliases;

  Resolver(Mapping mapping, Aliases aliases) {
    this.mapping = mapping;
    this.faces = mapping.faces();
    this.aliases = aliases;
  }

  Target resolve(Network origin, Address addressed) {
    String local = addressed.local();
    String domain = addressed.domain();
    if (addressed.network() != origin && !faces.isOursOn(addressed.network(), domain)) {
      return decided(addressed, "named by the sender");
    }
    if (faces.isHome(domain)) {
      return home(addressed.network(), local, domain);
    }
    Optional<Network> subject = faces.subjectOf(domain);
    return subject.isPresent()
        ? onFace(addressed.network(), subject.get(), local, domain)
        : plain(local, domain);
  }

  Optional<Reason> rejected(Address sender) {
    return mapping.rules().first(sender.local(), sender.domain()).flatMap(Rule::reject);
  }

  /// Step 1.
  private Target home(Network written, String local, String domain) {
    Optional<Rule> rule = mapping.rules().first(local, domain);
    Optional<Target> rejected = rule.flatMap(Resolver::rejection);
    if (rejected.isPresent()) {
      return rejected.get();
    }
    Optional<Target> otherwise = rule.flatMap(r -> ofHome(r, local, domain));
    String account = rule.isPresent() && rule.get().stripTag() ? withoutTag(local) : local;
    if (AccountName.isValid(account)) {
      String why =
          account.equals(local) ? "home domain" : "home domain, tag stripped by " + why(rule);
      return new Home(new Address.Emsg(account, domain), otherwise, why);
    }
    if (faces.subjectOf(domain).isPresent()) {
      Optional<Address> named = named(written, Network.EMSG, local);
      if (named.isPresent()) {
        return ofAlias(named.get(), domain);
      }
    }
    return otherwise.orElseGet(() -> nobody(local, "home domain"));
  }

  /// Step 2.
  private Target onFace(Network written, Network subject, String local, String face) {
    if (subject == Network.EMSG && AccountName.isValid(local)) {
      return home(written, local, faces.ownerOf(face).orElseThrow());
    }
    return named(written, subject, local)
        .map(address -> ofAlias(address, face))
        .orElseGet(() -> nobody(local, "alias on " + face));
  }

  private Optional<Address> named(Network written, Network subject, String local) {
    return aliases.read(subject, local).or(() -> ReadableForms.read(written, subject, local));
  }

  private Target ofAlias(Address address, String face) {
    String why = "alias on " + face;
    if (!faces.isOursOn(address.network(), address.domain())) {
      return decided(address, why);
    }
    return faces.isHome(address.domain())
            && address.network() == Network.EMSG
            && AccountName.isValid(address.local())
        ? home(Network.EMSG, address.local(), address.domain())
        : nobody(address.local(), why + ", of an address of our own");
  }

  /// Whose network is certain: rules say who may reach them, no more.
  private Target decided(Address address, String why) {
    Optional<Rule> rule =
        mapping
            .rules()
            .first(address.local(), address.domain(), r -> r.concerns(address.network()));
    return rule.flatMap(Resolver::rejection)
        .orElseGet(() ->
            new On(
                address.network(),
                address,
                rule.flatMap(Rule::transit).orElse(Transit.none()),
                rule.map(r -> why + ", " + r.why()).orElse(why)));
  }

  /// Step 3.
  private Target plain(String local, String domain) {
    Optional<Rule> rule = mapping.rules().first(local, domain);
    return rule.map(r -> byRule(r, local, domain, Transit.none()))
        .orElseGet(() -> new Open(local, domain, Transit.none(), "no rule"));
  }

  /// What a rule makes of a name on a home domain that no account has. Its owner is the operator,
  /// so whoever may write to the domain may write there, unless the rule says who.
  private Optional<Target> ofHome(Rule rule, String local, String domain) {
    boolean elsewhere = rule.rewrite().isPresent();
    boolean away = rule.network().filter(n -> !faces.isOursOn(n, domain)).isPresent();
    return elsewhere || away ? Optional.of(byRule(rule, local, domain, ANYBODY)) : Optional.empty();
  }

  private Target byRule(Rule rule, String local, String domain, Transit unsaid) {
    Optional<Target> rejection = rejection(rule);
    if (rejection.isPresent()) {
      return rejection.get();
    }
    Transit transit = rule.transit().orElse(unsaid);
    String newLocal = rule.rewrite().map(r -> r.localFor(rule.match().starOf(local))).orElse(local);
    String newDomain = rule.rewrite().map(Rule.Rewrite::domain).orElse(domain);
    if (rule.network().isPresent()) {
      return AddressParser.of(rule.network().get(), newLocal, newDomain)
              instanceof Parsed.Valid(Address address)
          ? new On(address.network(), address, transit, rule.why())
          : new Nobody(
              Reason.of(
                  Reason.Kind.NO_SUCH_USER,
                  "no such address can be on " + rule.network().get().label()),
              rule.why());
    }
    if (rule.rewrite().isPresent() && faces.isOurs(newDomain)) {
      return ours(rule, newLocal, newDomain);
    }
    return new Open(newLocal, newDomain, transit, rule.why());
  }

  /// A rewrite to an address of ours: to a home account or an alias, and no rule again.
  private Target ours(Rule rule, String local, String domain) {
    boolean account = AccountName.isValid(local);
    Optional<Network> subject = faces.subjectOf(domain);
    if (account && (faces.isHome(domain) || subject.filter(s -> s == Network.EMSG).isPresent())) {
      Address.Emsg home = new Address.Emsg(local, faces.ownerOf(domain).orElseThrow());
      return new Home(home, Optional.empty(), rule.why());
    }
    return subject
        .flatMap(s -> aliases.read(s, local))
        .filter(address -> !faces.isOursOn(address.network(), address.domain()))
        .<Target>map(address ->
            new On(address.network(), address, rule.transit().orElse(Transit.none()), rule.why()))
        .orElseGet(() -> nobody(local, rule.why()));
  }

  private static Optional<Target> rejection(Rule rule) {
    return rule.reject().map(reason -> new Nobody(reason, rule.why()));
  }

  private static String withoutTag(String local) {
    int plus = local.indexOf('+');
    return plus > 0 ? local.substring(0, plus) : local;
  }

  private static String why(Optional<Rule> rule) {
    return rule.map(Rule::why).orElse("no rule");
  }

  private static Nobody nobody(String local, String why) {
    return new Nobody(
        Reason.of(
            Reason.Kind.NO_SUCH_USER,
            local.isEmpty()
                ? "this is the address of a server, not of a person"
                : "nobody has this address here"),
        why);
  }
}
