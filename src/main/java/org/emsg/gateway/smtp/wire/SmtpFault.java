package org.emsg.gateway.smtp.wire;

import java.io.IOException;

/// The other side broke the framing of SMTP: what follows on the connection cannot be told apart
/// any more, so that it has to be closed.
public final class SmtpFault extends IOException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  public SmtpFault(Kind kind) {
    super(kind.name());
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public enum Kind {
    LINE_TOO_LONG,
    BARE_NEWLINE,
    NOT_UTF8,
    NO_REPLY
  }
}
