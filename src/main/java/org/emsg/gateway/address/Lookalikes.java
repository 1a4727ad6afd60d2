package org.emsg.gateway.address;

import com.ibm.icu.text.SpoofChecker;

/// Names that look like others: `dаve` with a Cyrillic letter is not `dave`, and nobody sees it.
/// Such names are addresses like all others, but are shown as aliases, which spell them out.
final class Lookalikes {
  /// One script, or Latin with what East Asian texts mix with it (UTS-39 §5.2).
  private static final SpoofChecker MIXED =
      new SpoofChecker.Builder()
          .setChecks(SpoofChecker.RESTRICTION_LEVEL | SpoofChecker.INVISIBLE)
          .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
          .build();

  private Lookalikes() {}

  static boolean mayMislead(String local) {
    return local.chars().anyMatch(c -> c >= 0x80) && MIXED.failsChecks(local);
  }
}
