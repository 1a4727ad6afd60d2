package org.emsg.gateway.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.model.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Admission as planning would decide. What cannot be decided in time is let in: the message waits
/// in the planning queue then, and bounces if it must.
final class PlannedAdmission implements Admission {
  private static final Logger LOG = LoggerFactory.getLogger(PlannedAdmission.class);

  private final SenderCheck senders;
  private final Wayfinder ways;
  private final Duration patience;

  PlannedAdmission(SenderCheck senders, Wayfinder ways, Duration patience) {
    this.senders = senders;
    this.ways = ways;
    this.patience = patience;
  }

  @Override
  public Verdict mayWrite(Network origin, Address sender, boolean verified, Address recipient) {
    Verdict first = senders.admit(origin, sender, verified);
    if (!(first instanceof Verdict.Allow)) {
      return first;
    }
    try {
      Way way =
          ways.find(senders.sender(origin, sender, verified), origin, recipient, false)
              .get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return way instanceof Way.No no ? new Verdict.Refuse(no.reason()) : Verdict.allow();
    } catch (TimeoutException e) {
      return Verdict.allow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return later();
    } catch (ExecutionException | RuntimeException e) {
      LOG.warn("A recipient could not be looked up, its sender is told to come again", e);
      return later();
    }
  }

  private static Verdict later() {
    return new Verdict.Wait(
        Reason.of(Reason.Kind.UNAVAILABLE, "The recipient cannot be looked up now."),
        Optional.empty());
  }
}
