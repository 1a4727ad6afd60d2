package org.emsg.gateway.emsg;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.model.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out what nobody tells us of, with one question for all who are connected here: whether
/// another node put something into their mailboxes, whether a key that they proved is revoked.
final class StoreWatch {
  private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

  private static final int LOOKS_BETWEEN_KEYS = 3;

  private final Accounts accounts;
  private final Mailboxes mailboxes;
  private final LiveSessions live;
  private final Executor blocking;
  private final AtomicBoolean looking = new AtomicBoolean();
  private int looks;
  private boolean failed;

  StoreWatch(Accounts accounts, Mailboxes mailboxes, LiveSessions live, Executor blocking) {
    this.accounts = accounts;
    this.mailboxes = mailboxes;
    this.live = live;
    this.blocking = blocking;
  }

  /// Looks, unless the last look still goes on. To be called once a second; does not wait.
  void look() {
    if (looking.compareAndSet(false, true)) {
      blocking.execute(this::ask);
    }
  }

  private void ask() {
    try {
      Set<Address.Emsg> connected = live.accounts();
      if (!connected.isEmpty() && mailboxes.mayBeShared()) {
        live.seen(mailboxes.heads(connected));
      }
      if (!connected.isEmpty() && looks++ % LOOKS_BETWEEN_KEYS == 0) {
        live.revoked(accounts.revokedKeys(connected));
      }
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("The store cannot be asked what is new; it is asked again each second", e);
      }
      failed = true;
    } finally {
      looking.set(false);
    }
  }
}
