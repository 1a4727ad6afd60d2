/// From `config/gateway.yaml` and the environment to records.
///
/// `app` calls it once, at the start. A setting that nobody knows, or a value that is wrong, is a
/// [org.emsg.gateway.app.settings.SettingsException]: the gateway does not start with half a
/// configuration. It knows the shapes of records, and none of what the settings mean.
@NullMarked
package org.emsg.gateway.app.settings;

import org.jspecify.annotations.NullMarked;
