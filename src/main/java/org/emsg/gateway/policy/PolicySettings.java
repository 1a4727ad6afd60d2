package org.emsg.gateway.policy;

/// The limits on what senders may do.
///
/// @param maxMessageBytes how large a message may be, attachments included; 26,214,400
/// @param homeUser how fast one home user may write; no limit unless set
/// @param verifiedSender how fast one sender from outside may write; 50 a second after 5,000 at
///   once
/// @param verifiedDomain how fast one domain outside may; 500 a second after 50,000 at once
/// @param unverifiedSender how fast somebody may whose network did not vouch for them; 1 a second
///   after 100 at once
/// @param unverifiedDomain how fast all of those of one claimed domain may; 10 a second after 1,000
///   at once
public record PolicySettings(
    long maxMessageBytes,
    Rate homeUser,
    Rate verifiedSender,
    Rate verifiedDomain,
    Rate unverifiedSender,
    Rate unverifiedDomain) {
  public static final PolicySettings DEFAULT =
      new PolicySettings(
          26_214_400,
          Rate.UNLIMITED,
          new Rate(50, 5_000),
          new Rate(500, 50_000),
          new Rate(1, 100),
          new Rate(10, 1_000));

  public PolicySettings {
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException("max-message-bytes is at least 1");
    }
  }

  /// A rate with room for bursts.
  ///
  /// @param perSecond messages a second in the long run; 0 for no limit
  /// @param burst how many may come at once after a silence
  public record Rate(double perSecond, int burst) {
    public static final Rate UNLIMITED = new Rate(0, 1);

    public Rate {
      if (!(perSecond >= 0 && perSecond <= 1e6)) {
        throw new IllegalArgumentException("per-second is 0 (no limit) to 1000000");
      }
      if (burst < 1) {
        throw new IllegalArgumentException("burst is at least 1");
      }
    }

    boolean isUnlimited() {
      return perSecond == 0;
    }
  }
}
