package org.emsg.gateway.address;

import java.util.Optional;

/// What a rule matches: `user#domain`, where the user may have one `*` anywhere and the domain may
/// be `*`, or begin with `*.` for all domains below one. Parts are in normal form.
///
/// @param prefix what the user begins with; all of it where there is no star
/// @param suffix what follows the star, where there is one
/// @param domain a domain; `*.` and a domain; or `*`
public record AddressPattern(String prefix, Optional<String> suffix, String domain) {
  public boolean matches(String local, String otherDomain) {
    return matchesLocal(local) && matchesDomain(otherDomain);
  }

  /// What the star stands for in `local`, which matches; empty without a star.
  String starOf(String local) {
    return suffix
        .map(end -> local.substring(prefix.length(), local.length() - end.length()))
        .orElse("");
  }

  private boolean matchesLocal(String local) {
    if (suffix.isEmpty()) {
      return local.equals(prefix);
    }
    String end = suffix.get();
    return local.length() >= prefix.length() + end.length()
        && local.startsWith(prefix)
        && local.endsWith(end);
  }

  private boolean matchesDomain(String other) {
    if (domain.equals("*")) {
      return true;
    }
    return domain.startsWith("*.")
        ? other.length() > domain.length() - 1 && other.endsWith(domain.substring(1))
        : other.equals(domain);
  }

  /// As the file writes it.
  @Override
  public String toString() {
    return prefix + suffix.map(end -> '*' + end).orElse("") + '#' + domain;
  }
}
