package org.emsg.gateway.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.app.settings.Settings;
import org.emsg.gateway.app.settings.SettingsException;

/// Finds and reads the settings: the file that is asked for, else the one that `EMSG_CONFIG` names,
/// else `config/gateway.yaml` where there is one, else what the jar carries.
final class SettingsFile {
  private static final String NAME = "config/gateway.yaml";
  private static final String VARIABLE = "EMSG_CONFIG";
  private static final String LOG_LEVEL = "EMSG_LOG";

  private SettingsFile() {}

  static GatewayConfig read(Optional<Path> asked, Map<String, String> environment)
      throws SettingsException {
    Settings settings = Settings.defaults(InstalledFiles.read(NAME));
    Optional<Path> file =
        asked
            .or(() -> Optional.ofNullable(environment.get(VARIABLE)).map(Path::of))
            .or(() -> Optional.of(Path.of(NAME)).filter(Files::exists));
    if (file.isPresent()) {
      settings = settings.file(file.get());
    }
    return settings
        .environment(environment, GatewayConfig.class, VARIABLE, LOG_LEVEL)
        .bind(GatewayConfig.class);
  }
}
