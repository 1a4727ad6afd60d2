package org.emsg.gateway.bench;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.net.Dns;

/// A DNS whose answers stand ready, as from a warm cache: it costs a look into a map.
///
/// @param records by `TYPE name`
record BenchDns(Map<String, List<?>> records) implements Dns {
  private static final Duration TTL = Duration.ofHours(1);

  BenchDns {
    records = Map.copyOf(records);
  }

  @Override
  public CompletionStage<Answer<Srv>> srv(String name) {
    return answer("SRV", name, Srv.class);
  }

  @Override
  public CompletionStage<Answer<Mx>> mx(String domain) {
    return answer("MX", domain, Mx.class);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(String host) {
    return answer("A", host, InetAddress.class);
  }

  @Override
  public CompletionStage<Answer<String>> txt(String name) {
    return answer("TXT", name, String.class);
  }

  @Override
  public CompletionStage<Answer<Bytes>> raw(String name, int type) {
    return answer("RAW", name, Bytes.class);
  }

  private <T> CompletionStage<Answer<T>> answer(String type, String name, Class<T> kind) {
    List<T> found =
        records.getOrDefault(type + ' ' + name, List.of()).stream().map(kind::cast).toList();
    return CompletableFuture.completedFuture(
        found.isEmpty()
            ? new Answer.None<>(true, TTL, false)
            : new Answer.Found<>(found, TTL, false));
  }
}
