package org.emsg.gateway.emsg;

import java.util.List;
import java.util.concurrent.Executor;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.model.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pushes one account's mailbox to one device, in cursor order and each entry once.
///
/// Following: the entry that arrives is the next one, and goes out from memory. Behind: entries are
/// paged from the store until the device is level again; what arrives meanwhile is only noted. The
/// feed falls behind when an arrival is not the next one (another node wrote it) or when the device
/// reads more slowly than it is written to, and goes on paging when the line is free again. So a
/// slow reader costs what may wait for it and one message more.
final class MailboxFeed {
  private static final Logger LOG = LoggerFactory.getLogger(MailboxFeed.class);
  private static final int PAGE = 100;

  private final Address.Emsg account;
  private final Mailboxes mailboxes;
  private final LineChannel line;
  private final int maxPending;
  private final Executor blocking;

  private State state = State.OFF;
  private boolean paging;
  private long next;
  private long newest;
  private int pageSize = PAGE;

  /// @param blocking runs what waits for the store
  MailboxFeed(
      Address.Emsg account,
      Mailboxes mailboxes,
      LineChannel line,
      int maxPending,
      Executor blocking) {
    this.account = account;
    this.mailboxes = mailboxes;
    this.line = line;
    this.maxPending = maxPending;
    this.blocking = blocking;
  }

  private enum State {
    OFF,
    FOLLOWING,
    BEHIND
  }

  /// Begins, or begins anew, with the entry after `cursor`.
  synchronized void start(long cursor) {
    next = cursor + 1;
    state = State.BEHIND;
    page();
  }

  synchronized void stop() {
    state = State.OFF;
  }

  /// A new entry was committed.
  synchronized void arrived(MailboxEntry entry) {
    newest = Math.max(newest, entry.cursor());
    if (state != State.FOLLOWING || entry.cursor() < next) {
      return;
    }
    if (entry.cursor() == next && line.pending() < maxPending) {
      line.sendStored(entry.line(), entry.cursor());
      next++;
      return;
    }
    state = State.BEHIND;
    if (line.pending() < maxPending) {
      page();
    }
  }

  /// The store has entries up to `head`, whoever wrote them.
  synchronized void mayBeBehind(long head) {
    newest = Math.max(newest, head);
    if (state == State.FOLLOWING && head >= next) {
      state = State.BEHIND;
      if (line.pending() < maxPending) {
        page();
      }
    }
  }

  /// The line has room again.
  synchronized void drained() {
    if (state == State.BEHIND) {
      page();
    }
  }

  private void page() {
    if (!paging) {
      paging = true;
      blocking.execute(this::catchUp);
    }
  }

  private void catchUp() {
    try {
      while (sendPage()) {
        // One page more.
      }
    } catch (RuntimeException e) {
      // The device syncs again after it reconnected; nothing of its mailbox is lost.
      LOG.warn("The mailbox of {} cannot be read; its session is closed", account, e);
      line.close();
    }
  }

  /// Whether there is more to send at once.
  private boolean sendPage() {
    long since;
    long known;
    int limit;
    synchronized (this) {
      if (state != State.BEHIND || line.pending() >= maxPending) {
        paging = false;
        return false;
      }
      since = next - 1;
      known = newest;
      limit = pageSize;
    }
    List<MailboxEntry> page = mailboxes.read(account, since, limit);
    synchronized (this) {
      if (state != State.BEHIND || next != since + 1) {
        // Stopped, or started anew elsewhere, while the store was read.
        paging = state == State.BEHIND;
        return paging;
      }
      send(page);
      // A short page may be one that was cut for its size: only an empty one is the end.
      if (page.isEmpty()) {
        // What was known before the store was read and is not there is no more: every device had
        // it, or its time was over.
        next = Math.max(next, known + 1);
        if (newest < next) {
          state = State.FOLLOWING;
          paging = false;
          return false;
        }
      }
      return true;
    }
  }

  /// As much of a page as the line takes; the rest is read again, with pages that fit better.
  private void send(List<MailboxEntry> page) {
    int sent = 0;
    for (MailboxEntry entry : page) {
      if (line.pending() >= maxPending) {
        pageSize = Math.max(1, sent);
        return;
      }
      line.sendStored(entry.line(), entry.cursor());
      next = entry.cursor() + 1;
      sent++;
    }
    pageSize = Math.min(PAGE, 2 * pageSize);
  }
}
