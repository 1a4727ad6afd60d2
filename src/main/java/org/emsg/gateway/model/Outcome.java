package org.emsg.gateway.model;

import java.time.Duration;
import java.util.Optional;

/// How one attempt to hand a message to the next server ended.
public sealed interface Outcome {
  /// The other side has it. `remoteId` is what it calls the message, if it said so.
  record Delivered(Optional<MessageId> remoteId) implements Outcome {
    public static Delivered plain() {
      return new Delivered(Optional.empty());
    }
  }

  /// Not now.
  ///
  /// @param scope what has to wait
  /// @param retryAfter what the other side asked for; else the retry schedule decides
  /// @param certain false where the other side may have the message all the same: it is sent again
  ///   with the same id, and a first contact does not try another network
  record Deferred(Reason reason, Scope scope, Optional<Duration> retryAfter, boolean certain)
      implements Outcome {
    public enum Scope {
      /// The server: nothing of its lane goes.
      LANE,
      /// One mailbox or correspondent: only its conversation waits.
      CONVERSATION
    }

    public static Deferred lane(Reason reason) {
      return new Deferred(reason, Scope.LANE, Optional.empty(), true);
    }

    public static Deferred conversation(Reason reason) {
      return new Deferred(reason, Scope.CONVERSATION, Optional.empty(), true);
    }

    /// The same, where the other side may have taken the message.
    public Deferred uncertain() {
      return new Deferred(reason, scope, retryAfter, false);
    }
  }

  /// Never: the sender gets a bounce.
  record Rejected(Reason reason) implements Outcome {}
}
