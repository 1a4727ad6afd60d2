package org.emsg.gateway.xmpp;

import java.util.Optional;
import org.emsg.gateway.model.Network;
import org.jivesoftware.smack.packet.EmptyResultIQ;
import org.jivesoftware.smack.packet.ErrorIQ;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.IqData;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.disco.packet.DiscoverInfoBuilder;
import org.jivesoftware.smackx.disco.packet.DiscoverItems;
import org.jivesoftware.smackx.iqversion.packet.Version;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jxmpp.jid.Jid;

/// The answers to requests (`iq`): each from the JID that was addressed. Pure.
///
/// What is announced by service discovery (XEP-0030) is what is so; every request that is not known
/// is answered `service-unavailable` (RFC 6120 §8.4), vCards and PEP nodes among them. Nobody's
/// address book is a list of items: `disco#items` is empty.
final class ServiceAnswers {
  private final String version;

  /// @param version of the gateway, told to who asks (XEP-0092)
  ServiceAnswers(String version) {
    this.version = version;
  }

  /// Whether the answer depends on the addressed user's being there.
  static boolean needsUser(IQ request) {
    return request.getTo() != null
        && request.getTo().getLocalpartOrNull() != null
        && request.getType() == IQ.Type.get
        && (request instanceof DiscoverInfo
            || request instanceof DiscoverItems
            || request instanceof Ping);
  }

  /// @param people whose face the component is
  IQ answer(IQ request, Network people) {
    boolean user = request.getTo().getLocalpartOrNull() != null;
    if (request.getType() == IQ.Type.get) {
      switch (request) {
        case Ping _ -> {
          return new EmptyResultIQ(request);
        }
        case DiscoverInfo info -> {
          return info.getNode() == null
              ? info(info, user, people)
              : refuse(request, StanzaError.Condition.item_not_found);
        }
        case DiscoverItems items -> {
          return items.getNode() == null
              ? items(items)
              : refuse(request, StanzaError.Condition.item_not_found);
        }
        default -> {
          if (!user && request.getChildElementNamespace().equals(Version.NAMESPACE)) {
            return to(new Version("EMSG Gateway", version), request);
          }
        }
      }
    }
    return refuse(request, StanzaError.Condition.service_unavailable);
  }

  static IQ refuse(IQ request, StanzaError.Condition condition) {
    return refuse(
        request,
        StanzaError.getBuilder(condition)
            .setType(
                condition == StanzaError.Condition.resource_constraint
                    ? StanzaError.Type.WAIT
                    : StanzaError.Type.CANCEL)
            .build());
  }

  /// Without the request's own child, which RFC 6120 §8.3.1 leaves open, and of which we kept the
  /// name only.
  static IQ refuse(IQ request, StanzaError error) {
    return error(request.getStanzaId(), request.getTo(), request.getFrom(), error);
  }

  static IQ error(String id, Jid from, Jid to, StanzaError error) {
    IqData head = StanzaBuilder.buildIqData(id).ofType(IQ.Type.error).from(from).to(to);
    return ErrorIQ.builder(error, head).build();
  }

  private static IQ info(DiscoverInfo request, boolean user, Network people) {
    DiscoverInfoBuilder answer =
        DiscoverInfo.builder(request.getStanzaId())
            .ofType(IQ.Type.result)
            .from(request.getTo())
            .to(request.getFrom())
            .addFeature(Extensions.DISCO_INFO)
            .addFeature(Extensions.DISCO_ITEMS)
            .addFeature(Extensions.PING);
    if (user) {
      answer
          .addIdentity(new DiscoverInfo.Identity("account", "registered"))
          .addFeature(Extensions.OOB)
          .addFeature(Extensions.REPLY);
      receipts(people).ifPresent(answer::addFeature);
    } else {
      answer
          .addIdentity(new DiscoverInfo.Identity("gateway", name(people), type(people)))
          .addFeature(Version.NAMESPACE);
    }
    return answer.build();
  }

  /// XEP-0184 only where the other network can say that a message has arrived.
  private static Optional<String> receipts(Network people) {
    return switch (people) {
      case EMSG, XMPP -> Optional.of(Extensions.RECEIPTS);
      case SMTP -> Optional.empty();
    };
  }

  /// From the registry of service discovery identities, which has no type for EMSG.
  private static String type(Network people) {
    return switch (people) {
      case EMSG, XMPP -> "xmpp";
      case SMTP -> "smtp";
    };
  }

  private static String name(Network people) {
    return switch (people) {
      case EMSG -> "EMSG Gateway";
      case XMPP -> "EMSG Gateway (XMPP)";
      case SMTP -> "EMSG Gateway (mail)";
    };
  }

  private static IQ items(DiscoverItems request) {
    return to(new DiscoverItems(), request);
  }

  private static IQ to(IQ answer, IQ request) {
    answer.setType(IQ.Type.result);
    answer.setStanzaId(request.getStanzaId());
    answer.setFrom(request.getTo());
    answer.setTo(request.getFrom());
    return answer;
  }
}
