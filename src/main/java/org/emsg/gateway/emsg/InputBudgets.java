package org.emsg.gateway.emsg;

import org.emsg.gateway.net.MemoryBudget;

/// What the lines of all connections may take up in memory: apart for strangers, for servers and
/// for our own people's devices, so that none of them can take the others' room.
record InputBudgets(MemoryBudget strangers, MemoryBudget servers, MemoryBudget devices) {
  private static final int SHARE = 16;

  /// A sixteenth of the heap each, and at least two lines of the largest size.
  static InputBudgets ofHeap(long heap, int maxLine) {
    long each = Math.max(heap / SHARE, 2L * maxLine);
    return new InputBudgets(new MemoryBudget(each), new MemoryBudget(each), new MemoryBudget(each));
  }

  MemoryBudget of(Peer peer) {
    return switch (peer) {
      case Peer.Anonymous _, Peer.Stranger _ -> strangers;
      case Peer.Server _ -> servers;
      case Peer.Device _ -> devices;
    };
  }
}
