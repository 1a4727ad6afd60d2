package org.emsg.gateway.address;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.emsg.gateway.model.Network;

/// Which domains are ours, and whose people appear there.
///
/// @param homes the home domains; the first one owns the faces of the other networks
/// @param foreign the face of each network's people but EMSG's
public record Faces(List<Home> homes, Map<Network, String> foreign) {
  public Faces {
    homes = List.copyOf(homes);
    foreign = Map.copyOf(foreign);
    if (homes.isEmpty()) {
      throw new IllegalArgumentException("there is a home domain");
    }
  }

  /// A home domain.
  ///
  /// @param shownOn its face for EMSG people, by who looks; perhaps itself
  public record Home(String domain, Map<Network, String> shownOn) {
    public Home {
      shownOn = Map.copyOf(shownOn);
    }
  }

  boolean isHome(String domain) {
    return home(domain).isPresent();
  }

  Optional<Home> home(String domain) {
    for (Home home : homes) {
      if (home.domain().equals(domain)) {
        return Optional.of(home);
      }
    }
    return Optional.empty();
  }

  boolean isOurs(String domain) {
    return isHome(domain) || subjectOf(domain).isPresent();
  }

  /// The network whose people appear under `domain`, where it is a face.
  Optional<Network> subjectOf(String domain) {
    for (Map.Entry<Network, String> face : foreign.entrySet()) {
      if (face.getValue().equals(domain)) {
        return Optional.of(face.getKey());
      }
    }
    return emsgFaceOwner(domain).map(owner -> Network.EMSG);
  }

  /// The home domain that answers for `domain`.
  Optional<String> ownerOf(String domain) {
    if (isHome(domain)) {
      return Optional.of(domain);
    }
    return foreign.containsValue(domain)
        ? Optional.of(homes.getFirst().domain())
        : emsgFaceOwner(domain);
  }

  /// `subject`'s people as `viewer` sees them; for EMSG those who are not on a face of their own.
  Optional<String> face(Network subject, Network viewer) {
    if (subject == viewer) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        subject == Network.EMSG ? homes.getFirst().shownOn().get(viewer) : foreign.get(subject));
  }

  /// Every domain on which `viewer`'s people see somebody.
  Set<String> shownOn(Network viewer) {
    Set<String> shown = new LinkedHashSet<>();
    for (Home home : homes) {
      Optional.ofNullable(home.shownOn().get(viewer)).ifPresent(shown::add);
    }
    for (Network subject : Network.values()) {
      if (subject != viewer && foreign.containsKey(subject)) {
        shown.add(foreign.get(subject));
      }
    }
    return shown;
  }

  /// Whether an address at `domain`, in the grammar of `network`, is one that only we may use: a
  /// face is no native domain anywhere, and a home domain is native to EMSG, and ours too in each
  /// network where it is a face.
  boolean isOursOn(Network network, String domain) {
    if (isHome(domain)) {
      return network == Network.EMSG || shownOn(network).contains(domain);
    }
    return subjectOf(domain).isPresent();
  }

  private Optional<String> emsgFaceOwner(String domain) {
    for (Home home : homes) {
      if (home.shownOn().containsValue(domain)) {
        return Optional.of(home.domain());
      }
    }
    return Optional.empty();
  }
}
