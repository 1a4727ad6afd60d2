package org.emsg.gateway.emsg;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.emsg.gateway.model.Reason;

/// The codes of an answer (spec §10, profile §6), each with what it says by default. When each is
/// sent stands in `esmp.md`.
public enum Code {
  OK(200, "OK"),
  CREATED(201, "Created"),
  ACCEPTED(202, "Accepted for another server"),
  BAD_REQUEST(400, "Bad Request"),
  UNAUTHORIZED(401, "Unauthorized"),
  FORBIDDEN(403, "Forbidden"),
  NOT_FOUND(404, "Not Found"),
  CONFLICT(409, "Conflict"),
  GONE(410, "Gone"),
  UNSUPPORTED_VERSION(411, "Unsupported Version"),
  TOO_LARGE(413, "Too Large"),
  UNSUPPORTED_CONTENT(415, "Unsupported Content"),
  SCHEMA_VIOLATION(422, "Schema Violation"),
  UNVERIFIED_SENDER(423, "Unverified Sender"),
  TLS_REQUIRED(426, "TLS required"),
  SLOW_DOWN(429, "Slow Down"),
  INTERNAL_ERROR(500, "Internal Error"),
  NOT_IMPLEMENTED(501, "Not Implemented"),
  REMOTE_FAILURE(502, "The other network failed"),
  TRY_LATER(503, "Try Later"),
  REMOTE_TIMEOUT(504, "The other network timed out");

  private static final Map<Integer, Code> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Code::number, code -> code));

  private final int number;
  private final String phrase;

  Code(int number, String phrase) {
    this.number = number;
    this.phrase = phrase;
  }

  public int number() {
    return number;
  }

  /// What it means, in a few words.
  public String phrase() {
    return phrase;
  }

  public boolean isSuccess() {
    return number < 300;
  }

  /// The code of that number; empty for one that we do not know.
  public static Optional<Code> of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }

  /// How this edge says `kind`.
  public static Code of(Reason.Kind kind) {
    return switch (kind) {
      case MALFORMED -> BAD_REQUEST;
      case UNAUTHENTICATED -> UNAUTHORIZED;
      case NOT_ALLOWED, LOOP -> FORBIDDEN;
      case NO_SUCH_USER, NO_SUCH_SERVER -> NOT_FOUND;
      case CONFLICT -> CONFLICT;
      case GONE -> GONE;
      case TOO_LARGE -> TOO_LARGE;
      case UNSUPPORTED_CONTENT -> UNSUPPORTED_CONTENT;
      case SCHEMA_VIOLATION -> SCHEMA_VIOLATION;
      case UNVERIFIED_SENDER -> UNVERIFIED_SENDER;
      case TLS_REQUIRED -> TLS_REQUIRED;
      case RATE_LIMITED -> SLOW_DOWN;
      case MAILBOX_FULL, REMOTE_FAILURE -> REMOTE_FAILURE;
      case REMOTE_TIMEOUT, EXPIRED -> REMOTE_TIMEOUT;
      case UNAVAILABLE -> TRY_LATER;
      case INTERNAL -> INTERNAL_ERROR;
    };
  }

  /// What a code of another server means to the core.
  Reason.Kind kind() {
    return switch (this) {
      case OK, CREATED, ACCEPTED -> throw new IllegalStateException("success has no reason");
      case BAD_REQUEST -> Reason.Kind.MALFORMED;
      case UNAUTHORIZED -> Reason.Kind.UNAUTHENTICATED;
      case FORBIDDEN -> Reason.Kind.NOT_ALLOWED;
      case NOT_FOUND -> Reason.Kind.NO_SUCH_USER;
      case CONFLICT -> Reason.Kind.CONFLICT;
      case GONE -> Reason.Kind.GONE;
      case TOO_LARGE -> Reason.Kind.TOO_LARGE;
      case UNSUPPORTED_CONTENT, NOT_IMPLEMENTED -> Reason.Kind.UNSUPPORTED_CONTENT;
      case SCHEMA_VIOLATION -> Reason.Kind.SCHEMA_VIOLATION;
      case UNVERIFIED_SENDER -> Reason.Kind.UNVERIFIED_SENDER;
      case TLS_REQUIRED -> Reason.Kind.TLS_REQUIRED;
      case SLOW_DOWN -> Reason.Kind.RATE_LIMITED;
      case REMOTE_FAILURE, INTERNAL_ERROR, UNSUPPORTED_VERSION -> Reason.Kind.REMOTE_FAILURE;
      case TRY_LATER -> Reason.Kind.UNAVAILABLE;
      case REMOTE_TIMEOUT -> Reason.Kind.REMOTE_TIMEOUT;
    };
  }
}
