package org.emsg.gateway.gateway;

import java.time.Instant;
import java.util.List;
import org.emsg.gateway.model.TraceId;

/// Where is my message? One line a hop, never a body or a key.
public interface Trace {
  /// Queued and written soon after; lines that would overflow a bounded buffer are counted and
  /// dropped.
  void line(TraceId trace, String step, String text);

  /// All lines, oldest first; what the transactions wrote (accepted, settled) among them.
  List<Line> find(TraceId trace);

  /// One hop.
  record Line(Instant at, String step, String text) {}
}
