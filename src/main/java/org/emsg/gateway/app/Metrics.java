package org.emsg.gateway.app;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.emsg.gateway.emsg.EmsgEdge;
import org.emsg.gateway.gateway.Core;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.outbox.Outbox;
import org.emsg.gateway.smtp.SmtpEdge;

/// What is measured: looked at when it is asked for, so that messages pay nothing for it.
final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Outbox outbox;
  private final Map<Network, Long> waiting = new EnumMap<>(Network.class);
  private final Map<Network, Long> failed = new EnumMap<>(Network.class);

  Metrics(Outbox outbox, Core core, EmsgEdge emsg, SmtpEdge smtp) {
    this.outbox = outbox;
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
    Gauge.builder("emsg.intake.envelopes", core, c -> c.load().inside())
        .description("messages between being read and being committed")
        .register(registry);
    Gauge.builder("emsg.connections", emsg, e -> e.load().connections())
        .description("open ESMP connections")
        .register(registry);
    Gauge.builder("emsg.accounts.connected", emsg, e -> e.load().accounts())
        .description("accounts with a device that is connected")
        .register(registry);
    Gauge.builder("smtp.connections", smtp, SmtpEdge::connections)
        .description("open SMTP connections of others to us")
        .register(registry);
    FunctionCounter.builder("emsg.intake.committed", core, c -> c.load().committed())
        .description("messages committed")
        .register(registry);
    FunctionCounter.builder("emsg.intake.transactions", core, c -> c.load().groups())
        .description("transactions that they were committed in")
        .register(registry);
    for (Network network : Network.values()) {
      Gauge.builder("emsg.outbox.waiting", waiting, of -> of.getOrDefault(network, 0L))
          .tag("network", network.label())
          .description("messages that wait for other servers")
          .register(registry);
      Gauge.builder("emsg.outbox.failed", failed, of -> of.getOrDefault(network, 0L))
          .tag("network", network.label())
          .description("messages given up, whose senders are about to be told")
          .register(registry);
    }
  }

  /// Everything, in Prometheus' text format.
  synchronized String scrape() {
    waiting.clear();
    failed.clear();
    for (Outbox.LaneStatus lane : outbox.lanes()) {
      waiting.merge(lane.lane().network(), lane.waiting(), Long::sum);
      failed.merge(lane.lane().network(), lane.failed(), Long::sum);
    }
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
