package org.emsg.gateway.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;

/// What an address becomes on every network and by which rule, for people to read (`emsg-gateway
/// address ADDR`).
///
/// @param read the address in normal form
/// @param target whom it means to a home user who writes to it, and why
/// @param rejected why nothing is taken from it, where a rule says so
/// @param people whom it may mean, with all their names: one where that is certain, one for each
///   network that may serve it while discovery has not been asked, none where it is nobody
public record Explanation(
    Address read, Target target, Optional<Reason> rejected, List<Person> people) {
  public Explanation {
    people = List.copyOf(people);
  }

  /// Somebody with all their names.
  ///
  /// @param address the native one
  /// @param why on which ground it is they
  /// @param atHome how our own EMSG users see them
  /// @param names how each network sees them, in the order of `Network`
  public record Person(
      Address address, String why, Optional<Address.Emsg> atHome, List<Name> names) {
    public Person {
      names = List.copyOf(names);
    }
  }

  /// A name on one network; empty where they have no face there.
  public record Name(Network viewer, Optional<Address> address, Kind kind) {
    public enum Kind {
      /// Their own address.
      NATIVE,
      /// A home user's account on EMSG's face.
      ACCOUNT,
      /// The escaped native address on its network's face.
      ALIAS,
      /// An alias that only a look-up reads back.
      HASHED_ALIAS,
      /// There is no face for them.
      NONE
    }
  }

  /// Explains an address that was read by `addressing`. May block, as `Addressing.shownOn` may.
  public static Explanation of(Addressing addressing, Address address) {
    Target target = addressing.resolve(Network.EMSG, address);
    List<Person> people = new ArrayList<>();
    collect(addressing, target, people);
    return new Explanation(address, target, addressing.rejected(address), people);
  }

  private static void collect(Addressing addressing, Target target, List<Person> people) {
    switch (target) {
      case Target.Home home -> {
        people.add(person(addressing, home.account(), home.why()));
        home.otherwise().ifPresent(other -> collect(addressing, other, people));
      }
      case Target.On on -> people.add(person(addressing, on.address(), on.why()));
      case Target.Open open -> {
        for (Network network : addressing.discoveryOrder()) {
          if (addressing.nativeOn(network, open.local(), open.domain())
              instanceof Parsed.Valid(Address address)) {
            String why = open.why() + "; if " + network.label() + " is where they are found";
            people.add(person(addressing, address, why));
          }
        }
      }
      case Target.Nobody _ -> {}
    }
  }

  private static Person person(Addressing addressing, Address address, String why) {
    List<Name> names = new ArrayList<>();
    for (Network viewer : Network.values()) {
      Optional<Address> shown = addressing.shownOn(viewer, address);
      names.add(new Name(viewer, shown, kind(address, shown)));
    }
    return new Person(address, why, addressing.shownAtHome(address), names);
  }

  private static Name.Kind kind(Address address, Optional<Address> shown) {
    if (shown.isEmpty()) {
      return Name.Kind.NONE;
    }
    String local = shown.get().local();
    if (shown.get().equals(address)) {
      return Name.Kind.NATIVE;
    }
    if (local.equals(address.local())) {
      return Name.Kind.ACCOUNT;
    }
    return AliasEscape.isHashed(local) ? Name.Kind.HASHED_ALIAS : Name.Kind.ALIAS;
  }
}
