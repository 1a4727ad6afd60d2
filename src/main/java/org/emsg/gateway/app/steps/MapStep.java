package org.emsg.gateway.app.steps;

import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Event;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.outbox.OutboundMessage;

/// `map`: an `OutboundMessage` becomes a `MappedMessage`, its sender named as the other network is
/// to see them (`addresses.md`, cases 1 and 3). Where the sender has no name there any more,
/// because the mapping file has changed, the message is rejected.
public final class MapStep implements Processor {
  private static final String POSTMASTER = "mailer-daemon";

  private final Addressing addressing;

  public MapStep(Addressing addressing) {
    this.addressing = addressing;
  }

  @Override
  public void process(Exchange exchange) throws InvalidPayloadException {
    OutboundMessage message = exchange.getMessage().getMandatoryBody(OutboundMessage.class);
    Optional<Address> sender = sender(message);
    if (sender.isPresent()) {
      exchange.getMessage().setBody(new MappedMessage(message, sender.get(), message.recipient()));
      return;
    }
    String network = message.lane().network().label().toUpperCase(Locale.ROOT);
    exchange
        .getMessage()
        .setBody(
            new Outcome.Rejected(
                Reason.of(Reason.Kind.NOT_ALLOWED, "The sender has no name in " + network + '.')));
    exchange.setRouteStop(true);
  }

  private Optional<Address> sender(OutboundMessage message) {
    Address sender = message.envelope().sender();
    boolean ownBounce = sender.local().isEmpty() && addressing.isOurs(sender.domain());
    return ownBounce && message.envelope().event() instanceof Event.Bounced bounced
        ? Optional.of(bouncer(message, bounced))
        : addressing.shownOn(message.lane().network(), sender);
  }

  private static Address bouncer(OutboundMessage message, Event.Bounced bounced) {
    String ours = message.lane().ours();
    return switch (message.lane().network()) {
      case EMSG -> new Address.Emsg("", ours);
      case SMTP -> new Address.Smtp(POSTMASTER, ours, POSTMASTER);
      case XMPP ->
          bounced.recipient() instanceof Address.Xmpp addressed && addressed.domain().equals(ours)
              ? addressed
              : new Address.Xmpp("", ours);
    };
  }
}
