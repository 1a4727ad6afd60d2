package org.emsg.gateway.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Bytes;

/// Asks the DNS. Thread-safe; answers come from a cache for as long as their TTL allows, those that
/// say "there is none" too (RFC 2308).
///
/// A stage completes within the configured time limit and never exceptionally. It may complete on a
/// thread of the resolver: whoever continues there must not block. Names are absolute, in A-labels,
/// with or without the dot at their end; one that is no domain name is answered with [Answer.None].
public interface Dns {
  /// RFC 2782. [SrvTargets] puts the records into the order in which to try them.
  CompletionStage<Answer<Srv>> srv(String name);

  /// RFC 5321 §5.1. [MxTargets] puts the records into order, and knows a null MX (RFC 7505).
  CompletionStage<Answer<Mx>> mx(String domain);

  /// IPv4 and IPv6 addresses, CNAMEs followed. An address literal is its own answer; `localhost` is
  /// the loopback (RFC 6761 §6.3), and never asked for.
  CompletionStage<Answer<InetAddress>> addresses(String host);

  /// Each record's strings joined without a space between (RFC 7208 §3.3).
  CompletionStage<Answer<String>> txt(String name);

  /// The RDATA of any other type, private-use ones among them: the profile's EMX, TLSA.
  CompletionStage<Answer<Bytes>> raw(String name, int type);

  /// What the DNS said.
  sealed interface Answer<T> {
    /// There are some.
    ///
    /// @param records at least one
    /// @param secure whether DNSSEC validated the whole way to these records
    record Found<T>(List<T> records, Duration ttl, boolean secure) implements Answer<T> {
      public Found {
        records = List.copyOf(records);
        if (records.isEmpty()) {
          throw new IllegalArgumentException("found nothing");
        }
      }
    }

    /// There is none, for certain.
    ///
    /// @param nameExists `false` for NXDOMAIN, `true` for a name without records of the type
    record None<T>(boolean nameExists, Duration ttl, boolean secure) implements Answer<T> {}

    /// It could not be found out now: SERVFAIL, no answer in time, signatures that do not verify.
    /// To be tried later, never to be taken for "there is none".
    record Failed<T>(String why) implements Answer<T> {}

    /// The records, or none where there are none or it is not known.
    default List<T> orNone() {
      return this instanceof Found<T> found ? found.records() : List.of();
    }
  }

  /// An SRV record.
  ///
  /// @param target in lower case without the dot at its end; empty for `.`, "not offered here"
  record Srv(int priority, int weight, int port, String target) {}

  /// An MX record.
  ///
  /// @param target in lower case without the dot at its end; empty for a null MX
  record Mx(int preference, String target) {}
}
