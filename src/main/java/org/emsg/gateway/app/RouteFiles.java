package org.emsg.gateway.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The routes of `routes/*.yaml` in a running Camel context, and the changes to them.
///
/// A changed file is tried first, in a context apart that starts nothing ([RouteTrial]); one that
/// does not load there is refused, and what ran goes on running. Then the file's old routes make
/// place for its new ones. Not thread-safe: one thread loads and looks for changes.
public final class RouteFiles {
  private static final Logger log = LoggerFactory.getLogger(RouteFiles.class);

  private final CamelContext camel;
  private final Path folder;
  private final RouteTrial trial;
  private final Map<String, Loaded> loaded = new TreeMap<>();
  private final Map<String, String> refused = new TreeMap<>();

  /// @param folder where the files are; where there is no such folder, those of the jar are taken
  public RouteFiles(CamelContext camel, Path folder) {
    this.camel = camel;
    this.folder = folder;
    this.trial = new RouteTrial(camel);
  }

  /// Loads all files.
  ///
  /// @throws RouteFault where one is broken: there is nothing older to go on with
  public void load() throws RouteFault {
    for (Map.Entry<String, String> file : read().entrySet()) {
      Set<String> ids = checked(file.getKey(), file.getValue());
      install(file.getKey(), file.getValue(), ids);
    }
  }

  /// Puts into force what has changed on disk since. What is broken is logged once, and left.
  public void reload() {
    Map<String, String> now;
    try {
      now = read();
    } catch (RouteFault unreadable) {
      log.warn("{}; the routes stay as they are", unreadable.getMessage());
      return;
    }
    for (Map.Entry<String, String> file : now.entrySet()) {
      Loaded old = loaded.get(file.getKey());
      boolean asItWas = old != null && old.text().equals(file.getValue());
      if (asItWas) {
        refused.remove(file.getKey());
      } else if (!file.getValue().equals(refused.get(file.getKey()))) {
        replace(file.getKey(), file.getValue());
      }
    }
    for (String gone : new TreeSet<>(loaded.keySet())) {
      if (!now.containsKey(gone)) {
        uninstall(gone);
        log.info("{} is gone, and its routes with it", gone);
      }
    }
  }

  /// The ids of the routes in force, by file.
  public Map<String, Set<String>> routes() {
    Map<String, Set<String>> ids = new TreeMap<>();
    loaded.forEach((name, file) -> ids.put(name, file.ids()));
    return ids;
  }

  private void replace(String name, String text) {
    Loaded old = loaded.get(name);
    try {
      Set<String> ids = checked(name, text);
      uninstall(name);
      install(name, text, ids);
      refused.remove(name);
      log.info("{} was read again: routes {} are in force", name, ids);
    } catch (RouteFault broken) {
      refused.put(name, text);
      log.warn("{}; the old routes stay in force", broken.getMessage());
      if (old != null && !loaded.containsKey(name)) {
        restore(name, old);
      }
    }
  }

  private void restore(String name, Loaded old) {
    try {
      install(name, old.text(), old.ids());
    } catch (RouteFault lost) {
      log.error("{} cannot be put back: {}", name, lost.getMessage());
    }
  }

  private Set<String> checked(String name, String text) throws RouteFault {
    Set<String> ids = trial.ids(name, text);
    for (Map.Entry<String, Loaded> other : loaded.entrySet()) {
      for (String id : ids) {
        if (!other.getKey().equals(name) && other.getValue().ids().contains(id)) {
          throw new RouteFault(name, "route " + id + " is in " + other.getKey() + " already");
        }
      }
    }
    return ids;
  }

  private void install(String name, String text, Set<String> ids) throws RouteFault {
    try {
      PluginHelper.getRoutesLoader(camel).loadRoutes(resource(name, text));
      loaded.put(name, new Loaded(text, ids));
    } catch (Exception broken) {
      remove(ids);
      throw new RouteFault(name, broken);
    }
  }

  private void uninstall(String name) {
    Loaded old = loaded.remove(name);
    if (old != null) {
      remove(old.ids());
    }
  }

  private void remove(Set<String> ids) {
    for (String id : new LinkedHashSet<>(ids)) {
      try {
        camel.getRouteController().stopRoute(id);
        camel.removeRoute(id);
      } catch (Exception stuck) {
        log.warn("route {} did not stop cleanly", id, stuck);
      }
    }
  }

  private Map<String, String> read() throws RouteFault {
    if (!Files.isDirectory(folder)) {
      return InstalledFiles.readFolder("routes");
    }
    try {
      return InstalledFiles.readYaml(folder);
    } catch (IOException unreadable) {
      throw new RouteFault(folder.toString(), unreadable);
    }
  }

  static Resource resource(String name, String text) {
    return ResourceHelper.fromString(name, text);
  }

  private record Loaded(String text, Set<String> ids) {}
}
