package org.emsg.gateway.fuzz;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// The address parser, the escape and the faces: what `addresses.md` promises of every address.
///
/// The first byte says on which network the rest is read, and whether as UTF-8 or, for half
/// surrogate pairs, as UTF-16.
public final class AddressFuzz {
  private static final int FORGET_EVERY = 10_000;
  private static final int MAX_ALIAS = 64;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  private static final List<Network> NETWORKS = List.of(Network.values());

  private static final RememberedAliases ALIASES = new RememberedAliases();
  private static final Addressing ADDRESSING = MappedAddressing.of(World.MAPPING, ALIASES);
  private static int runs;

  private AddressFuzz() {}

  /// Loads what the first input would else be blamed for.
  public static void fuzzerInitialize() {
    check(Network.SMTP, "j\u00fcrgen@b\u00fccher.example");
  }

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    if (++runs % FORGET_EVERY == 0) {
      ALIASES.forget();
    }
    Network network = NETWORKS.get((input[0] & 0x7F) % NETWORKS.size());
    Charset charset = input[0] < 0 ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
    String text = new String(input, 1, input.length - 1, charset);
    check(network, text);
    if (ADDRESSING.parseAny(text) instanceof Parsed.Valid(Address address)) {
      check(address);
    }
  }

  /// Every promise about `text`, read on `network`. True where it is an address.
  public static boolean check(Network network, String text) {
    if (!(ADDRESSING.parse(network, text) instanceof Parsed.Valid(Address address))) {
      return false;
    }
    require(address.network() == network, "an address of another network", address);
    check(address);
    return true;
  }

  private static void check(Address address) {
    require(
        ADDRESSING.parse(address.network(), address.text()).equals(new Parsed.Valid(address)),
        "its normal form is read as something else",
        address);
    require(
        address.text().chars().noneMatch(Character::isISOControl), "control characters", address);
    Target target = ADDRESSING.resolve(Network.EMSG, address);
    require(!target.why().isEmpty(), "no reason", address);
    if (ADDRESSING.isOurs(address.domain())) {
      checkTarget(address, target);
      return;
    }
    for (Network viewer : NETWORKS) {
      if (viewer != address.network()) {
        checkShown(viewer, address);
      }
    }
    ADDRESSING.shownAtHome(address).ifPresent(AddressFuzz::checkNormal);
  }

  /// An address of ours that means somebody elsewhere is an alias that we would give them.
  private static void checkTarget(Address addressed, Target target) {
    if (target instanceof Target.On on && !on.network().equals(addressed.network())) {
      // Perhaps on the face of another viewer. A readable form stays what it is only where its
      // alias would be a hashed one.
      Address shown = ADDRESSING.shownOn(addressed.network(), on.address()).orElse(addressed);
      require(
          isAlias(addressed.local())
              ? shown.local().equals(addressed.local())
              : isAlias(shown.local()) && shown.local().contains("_z"),
          "an alias that is not what the escape gives",
          addressed);
    }
  }

  private static boolean isAlias(String local) {
    return local.length() <= MAX_ALIAS && local.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0);
  }

  private static void checkShown(Network viewer, Address address) {
    Address alias =
        ADDRESSING
            .shownOn(viewer, address)
            .orElseThrow(() -> new IllegalStateException("no alias: " + address));
    checkNormal(alias);
    require(isAlias(alias.local()), "an alias that not every network takes", alias);
    require(
        ADDRESSING.resolve(viewer, alias) instanceof Target.On on && on.address().equals(address),
        "an alias that means somebody else",
        alias);
  }

  private static void checkNormal(Address address) {
    require(
        ADDRESSING.parse(address.network(), address.text()).equals(new Parsed.Valid(address)),
        "a name that is not in normal form",
        address);
  }

  private static void require(boolean kept, String fault, Address address) {
    if (!kept) {
      throw new IllegalStateException(fault + ": " + address);
    }
  }
}
