package org.emsg.gateway.emsg;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.jspecify.annotations.Nullable;

/// Leads sessions to the route that is running: a reload replaces one consumer by another while
/// sessions stay. Without one, senders are asked to try again.
final class InboxSwitch implements Inbox {
  private final AtomicReference<@Nullable Inbox> current = new AtomicReference<>();

  @Override
  public void submit(EsmpInbound inbound, Consumer<IntakeResult> answer) {
    Inbox inbox = current.get();
    if (inbox == null) {
      answer.accept(Inbox.failed());
    } else {
      inbox.submit(inbound, answer);
    }
  }

  void open(Inbox inbox) {
    current.set(inbox);
  }

  /// Does nothing where another one took its place already.
  void close(Inbox inbox) {
    current.compareAndSet(inbox, null);
  }
}
