package org.emsg.gateway.smtp;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.smtp.wire.SmtpReply;

/// What a server session asks of the gateway. Calls come from the session's virtual thread and may
/// block.
interface SmtpGate {
  /// May mail with this envelope sender (empty: the null sender) come in? A refusal, else empty.
  Optional<SmtpReply> sender(String reversePath);

  /// May `path` be written to from `reversePath`?
  Admitted recipient(String reversePath, String path);

  /// Takes over responsibility for a message. The reply that the stage gives is the client's: a
  /// positive one only after the message is on stable storage.
  CompletionStage<SmtpReply> deliver(ReceivedMail mail);

  /// The answer for one recipient.
  sealed interface Admitted {
    record Yes(ReceivedMail.Recipient recipient) implements Admitted {}

    /// Somebody is there, as who only asks wants to know; a message from this sender to them is
    /// answered with `refusal`.
    record Asked(SmtpReply refusal) implements Admitted {}

    record No(SmtpReply reply) implements Admitted {}
  }
}
