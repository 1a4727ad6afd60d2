package org.emsg.gateway.xmpp;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.xmpp.stream.ComponentLink;
import org.jivesoftware.smack.packet.Message;

/// The links of all components, by the domain that each speaks for. Thread-safe once made.
final class XmppLinks {
  private final Map<String, ComponentLink> byDomain = new TreeMap<>();

  XmppLinks(List<ComponentLink> links) {
    links.forEach(link -> byDomain.put(link.domain(), link));
  }

  /// Sends over the stream of the domain that the message is from. Where there is none, only
  /// another start with other settings could help: the sender is told at once.
  void send(Message message, Consumer<Outcome> done) {
    String domain = message.getFrom().getDomain().toString();
    ComponentLink link = byDomain.get(domain);
    if (link == null) {
      done.accept(
          new Outcome.Rejected(
              Reason.of(
                  Reason.Kind.UNAVAILABLE, "No XMPP component is set up for " + domain + '.')));
    } else {
      link.send(message, done);
    }
  }

  void start() {
    byDomain.values().forEach(ComponentLink::start);
  }

  void close(Duration grace) {
    List<Thread> closing =
        byDomain.values().stream()
            .map(link -> Thread.startVirtualThread(() -> link.close(grace)))
            .toList();
    for (Thread thread : closing) {
      try {
        thread.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  Map<String, ComponentLink.Status> status() {
    Map<String, ComponentLink.Status> all = new TreeMap<>();
    byDomain.forEach((domain, link) -> all.put(domain, link.status()));
    return all;
  }
}
