package org.emsg.gateway.xmpp;

import java.util.Optional;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.text.OneLine;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StanzaError.Condition;

/// The one table between our reasons and the stanza errors of RFC 6120 §8.3.3, both ways.
public final class StanzaErrors {
  private static final int MAX_TEXT = 300;

  private StanzaErrors() {}

  /// How a reason is told to an XMPP user; with `again`, as one to try again after a while.
  public static StanzaError toError(Reason reason, boolean again) {
    StanzaError.Type type = again ? StanzaError.Type.WAIT : type(reason.kind());
    return StanzaError.from(condition(reason.kind()), reason.text()).setType(type).build();
  }

  /// What an error says that came back for a message of ours.
  ///
  /// A server says `service-unavailable` of a user that it does not have and of one who takes
  /// nothing from the writer, so as not to tell them apart (RFC 6121 §8.5.1, XEP-0191 §4). Unless
  /// it asks to wait, that is final, and not the server that is away.
  public static Reason toReason(StanzaError error) {
    Condition condition = error.getCondition();
    boolean nobody =
        condition == Condition.service_unavailable && error.getType() != StanzaError.Type.WAIT;
    String own = Optional.ofNullable(error.getDescriptiveText()).orElse("");
    String text = OneLine.of(own, MAX_TEXT);
    String name = condition.toString();
    if (text.isBlank()) {
      text =
          nobody
              ? "There is no such user, or nobody who takes this message."
              : "The XMPP server answered: " + name + '.';
    }
    return Reason.of(nobody ? Reason.Kind.NO_SUCH_USER : kind(condition), text, name);
  }

  /// The same for a message that nobody was told of yet: an error that only asks to wait is a
  /// reason to try again.
  public static Outcome toOutcome(StanzaError error) {
    Reason reason = toReason(error);
    return error.getType() == StanzaError.Type.WAIT
        ? Outcome.Deferred.conversation(reason)
        : new Outcome.Rejected(reason);
  }

  static Condition condition(Reason.Kind kind) {
    return switch (kind) {
      case MALFORMED, SCHEMA_VIOLATION -> Condition.bad_request;
      case UNAUTHENTICATED, UNVERIFIED_SENDER -> Condition.not_authorized;
      case NOT_ALLOWED -> Condition.forbidden;
      case NO_SUCH_USER -> Condition.item_not_found;
      case NO_SUCH_SERVER -> Condition.remote_server_not_found;
      case CONFLICT -> Condition.conflict;
      case GONE -> Condition.gone;
      case TOO_LARGE, TLS_REQUIRED -> Condition.policy_violation;
      case UNSUPPORTED_CONTENT -> Condition.not_acceptable;
      case RATE_LIMITED, MAILBOX_FULL -> Condition.resource_constraint;
      case LOOP -> Condition.not_allowed;
      case REMOTE_FAILURE -> Condition.undefined_condition;
      case REMOTE_TIMEOUT, EXPIRED -> Condition.remote_server_timeout;
      case UNAVAILABLE -> Condition.service_unavailable;
      case INTERNAL -> Condition.internal_server_error;
    };
  }

  /// The type that RFC 6120 §8.3.3 gives with the condition, but never `wait` for what is final.
  static StanzaError.Type type(Reason.Kind kind) {
    return switch (condition(kind)) {
      case bad_request, jid_malformed, not_acceptable, policy_violation, redirect ->
          StanzaError.Type.MODIFY;
      case forbidden, not_authorized, registration_required, subscription_required ->
          StanzaError.Type.AUTH;
      case conflict,
          feature_not_implemented,
          gone,
          internal_server_error,
          item_not_found,
          not_allowed,
          recipient_unavailable,
          remote_server_not_found,
          remote_server_timeout,
          resource_constraint,
          service_unavailable,
          undefined_condition,
          unexpected_request ->
          kind == Reason.Kind.RATE_LIMITED ? StanzaError.Type.WAIT : StanzaError.Type.CANCEL;
    };
  }

  static Reason.Kind kind(Condition condition) {
    return switch (condition) {
      case bad_request, jid_malformed -> Reason.Kind.MALFORMED;
      case conflict -> Reason.Kind.CONFLICT;
      case feature_not_implemented, not_acceptable -> Reason.Kind.UNSUPPORTED_CONTENT;
      case forbidden, not_allowed, policy_violation, registration_required, subscription_required ->
          Reason.Kind.NOT_ALLOWED;
      case gone, redirect -> Reason.Kind.GONE;
      case item_not_found -> Reason.Kind.NO_SUCH_USER;
      case not_authorized -> Reason.Kind.UNAUTHENTICATED;
      case recipient_unavailable, service_unavailable -> Reason.Kind.UNAVAILABLE;
      case remote_server_not_found -> Reason.Kind.NO_SUCH_SERVER;
      case remote_server_timeout -> Reason.Kind.REMOTE_TIMEOUT;
      case resource_constraint -> Reason.Kind.MAILBOX_FULL;
      case internal_server_error, undefined_condition, unexpected_request ->
          Reason.Kind.REMOTE_FAILURE;
    };
  }
}
