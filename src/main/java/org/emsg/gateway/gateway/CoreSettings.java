package org.emsg.gateway.gateway;

import org.emsg.gateway.outbox.RetrySchedule;

/// What an operator may set of the core.
///
/// @param intake the limits of the intake
/// @param retries when what could not be planned is planned again, and given up
public record CoreSettings(IntakeSettings intake, RetrySchedule retries) {
  public static final CoreSettings DEFAULT =
      new CoreSettings(IntakeSettings.DEFAULT, RetrySchedule.DEFAULT);
}
