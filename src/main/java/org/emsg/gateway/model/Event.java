package org.emsg.gateway.model;

import java.util.List;
import java.util.Optional;

/// What happened. An edge translates each kind, degrades it to text, or rejects it: its switch over
/// this type has no `default`, so a new event forces every edge to say which.
///
/// Ids in here are those of the envelope's origin network; `gateway.IdMap` finds the others.
public sealed interface Event {
  /// Somebody wrote something.
  ///
  /// @param replyTo the message that this one answers
  /// @param thread the first message of the thread, or a thread name that the origin's client made
  record Posted(
      Body body,
      List<Attachment> attachments,
      Optional<MessageId> replyTo,
      Optional<MessageId> thread)
      implements Event {
    public Posted {
      attachments = List.copyOf(attachments);
    }

    public static Posted of(Body body) {
      return new Posted(body, List.of(), Optional.empty(), Optional.empty());
    }

    /// About how many bytes of memory it takes; stored files are not in memory.
    public long weight() {
      long weight = 2L * body.text().length();
      weight += 2L * body.html().map(String::length).orElse(0);
      weight += 2L * body.trimmed().map(String::length).orElse(0);
      for (Attachment attachment : attachments) {
        weight += 512;
        weight += attachment.content() instanceof Attachment.Content.Inline ? attachment.size() : 0;
      }
      return weight;
    }
  }

  /// A recipient's device, or the recipient, has `target`.
  record Receipted(MessageId target, Kind kind) implements Event {
    public enum Kind {
      DELIVERED,
      READ
    }
  }

  /// `target` did not reach `recipient`, and nobody will try again. A bounce never bounces.
  record Bounced(MessageId target, Address recipient, Reason reason) implements Event {}

  /// Something that only its own network understands: an end-to-end encrypted body, or a system
  /// event that this version has no word for. Carried untouched to peers of that network in the
  /// envelope's wire form; `name` says what it is.
  record Opaque(String name) implements Event {}
}
