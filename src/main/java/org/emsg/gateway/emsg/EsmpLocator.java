package org.emsg.gateway.emsg;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Dns;
import org.emsg.gateway.net.SrvTargets;

/// Finds a domain's EMSG server: SRV, then EMX, then the domain's own address (profile §2). A
/// question that fails ends the search: a failure is never taken for "there is none".
final class EsmpLocator {
  private final Dns dns;
  private final EmsgConfig config;
  private final RandomGenerator random;

  EsmpLocator(Dns dns, EmsgConfig config, RandomGenerator random) {
    this.dns = dns;
    this.config = config;
    this.random = random;
  }

  /// For servers; never completes exceptionally.
  CompletionStage<Located> server(String domain) {
    return locate("_emsg-server._tcp.", domain);
  }

  /// For clients; never completes exceptionally.
  CompletionStage<Located> client(String domain) {
    return locate("_emsg-client._tcp.", domain);
  }

  private CompletionStage<Located> locate(String service, String domain) {
    String name = service + domain;
    return dns.srv(name)
        .thenCompose(answer ->
            switch (answer) {
              case Dns.Answer.Found<Dns.Srv> found ->
                  CompletableFuture.completedStage(bySrv(name, found));
              case Dns.Answer.None<Dns.Srv> _ -> byEmx(domain);
              case Dns.Answer.Failed<Dns.Srv> failed -> unknown("SRV " + name, failed.why());
            });
  }

  private Located bySrv(String name, Dns.Answer.Found<Dns.Srv> found) {
    if (SrvTargets.declined(found.records())) {
      return new Located.Nowhere("SRV " + name + " → . (no EMSG here)", found.ttl());
    }
    List<Located.Target> targets =
        SrvTargets.order(found.records(), random).stream()
            .map(srv -> new Located.Target(srv.target(), srv.port(), found.secure()))
            .toList();
    return new Located.At(targets, false, found.ttl(), "SRV " + name + " → " + names(targets));
  }

  private CompletionStage<Located> byEmx(String domain) {
    return dns.raw(domain, config.emxType())
        .thenCompose(answer ->
            switch (answer) {
              case Dns.Answer.Found<Bytes> found -> {
                List<Located.Target> targets = emxTargets(found);
                yield targets.isEmpty()
                    ? byAddress(domain)
                    : CompletableFuture.completedStage(
                        new Located.At(
                            targets, false, found.ttl(), "EMX " + domain + " → " + names(targets)));
              }
              case Dns.Answer.None<Bytes> _ -> byAddress(domain);
              case Dns.Answer.Failed<Bytes> failed -> unknown("EMX " + domain, failed.why());
            });
  }

  private List<Located.Target> emxTargets(Dns.Answer.Found<Bytes> found) {
    List<Emx> records = new ArrayList<>();
    found.records().forEach(rdata -> Emx.parse(rdata).ifPresent(records::add));
    records.sort(Comparator.comparingInt(Emx::preference));
    return records.stream()
        .map(emx -> new Located.Target(emx.target(), config.defaultPort(), found.secure()))
        .toList();
  }

  private CompletionStage<Located> byAddress(String domain) {
    if (!config.bareAddressCounts()) {
      return CompletableFuture.completedStage(
          new Located.Nowhere(
              "no SRV _emsg-server._tcp." + domain + ", no EMX", Duration.ofMinutes(5)));
    }
    return dns.addresses(domain)
        .thenApply(answer ->
            switch (answer) {
              case Dns.Answer.Found<InetAddress> found ->
                  new Located.At(
                      List.of(new Located.Target(domain, config.defaultPort(), found.secure())),
                      true,
                      found.ttl(),
                      "A " + domain + " → " + found.records().getFirst().getHostAddress());
              case Dns.Answer.None<InetAddress> none ->
                  new Located.Nowhere("no SRV, EMX or address of " + domain, none.ttl());
              case Dns.Answer.Failed<InetAddress> failed ->
                  new Located.Unknown("A " + domain + ": " + failed.why());
            });
  }

  private static CompletionStage<Located> unknown(String question, String why) {
    return CompletableFuture.completedStage(new Located.Unknown(question + ": " + why));
  }

  private static String names(List<Located.Target> targets) {
    return String.join(", ", targets.stream().map(t -> t.host() + ":" + t.port()).toList());
  }

  /// An EMX record: the RDATA of an MX (RFC 1035 §3.3.9), its name not compressed.
  record Emx(int preference, String target) {
    static Optional<Emx> parse(Bytes rdata) {
      byte[] raw = rdata.view();
      if (raw.length < 4) {
        return Optional.empty();
      }
      StringBuilder name = new StringBuilder();
      int at = 2;
      while (at < raw.length && raw[at] != 0) {
        int length = raw[at] & 0xff;
        if (length > 63 || at + 1 + length >= raw.length) {
          return Optional.empty();
        }
        name.append(name.isEmpty() ? "" : ".")
            .append(new String(raw, at + 1, length, StandardCharsets.US_ASCII));
        at += 1 + length;
      }
      if (at != raw.length - 1 || name.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new Emx(
              (raw[0] & 0xff) << 8 | (raw[1] & 0xff), name.toString().toLowerCase(Locale.ROOT)));
    }
  }
}
