package org.emsg.gateway.app;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;

/// Loads a route file into a context that has the real one's steps but none of its connections: a
/// file that loads here has no syntax error, no unknown step, and no unknown component.
final class RouteTrial {
  private final CamelContext camel;

  RouteTrial(CamelContext camel) {
    this.camel = camel;
  }

  /// The ids of the file's routes.
  Set<String> ids(String name, String text) throws RouteFault {
    // Steps are looked up in the real registry; the trial's own is closed with it.
    Registry steps = new DefaultRegistry(camel.getRegistry());
    try (DefaultCamelContext scratch = new DefaultCamelContext(steps)) {
      scratch.setAutoStartup(false);
      for (String scheme : camel.getComponentNames()) {
        if (camel.getComponent(scheme, false).getClass().getName().startsWith("org.emsg.")) {
          scratch.addComponent(scheme, new Inert());
        }
      }
      PluginHelper.getRoutesLoader(scratch).loadRoutes(RouteFiles.resource(name, text));
      requireIds(scratch, name);
      scratch.start();
      Set<String> ids = new TreeSet<>();
      for (Route route : scratch.getRoutes()) {
        ids.add(route.getRouteId());
      }
      return ids;
    } catch (RouteFault fault) {
      throw fault;
    } catch (Exception broken) {
      throw new RouteFault(name, broken);
    }
  }

  private static void requireIds(DefaultCamelContext scratch, String name) throws RouteFault {
    if (scratch.getRouteDefinitions().isEmpty()) {
      throw new RouteFault(name, "there is no route in it");
    }
    for (var definition : scratch.getRouteDefinitions()) {
      if (!definition.hasCustomIdAssigned()) {
        throw new RouteFault(name, "a route has no id");
      }
    }
  }

  /// A component that makes any endpoint and does nothing with it.
  private static final class Inert extends DefaultComponent {
    @Override
    protected Endpoint createEndpoint(String uri, String rest, Map<String, Object> parameters) {
      parameters.clear();
      return new InertEndpoint(uri, this);
    }
  }

  /// An endpoint of [Inert].
  private static final class InertEndpoint extends DefaultEndpoint {
    private InertEndpoint(String uri, Inert component) {
      super(uri, component);
    }

    @Override
    public Producer createProducer() {
      return new DefaultProducer(this) {
        @Override
        public void process(Exchange exchange) {
          throw new IllegalStateException("nothing is sent in a trial");
        }
      };
    }

    @Override
    public Consumer createConsumer(Processor processor) {
      return new DefaultConsumer(this, processor);
    }
  }
}
