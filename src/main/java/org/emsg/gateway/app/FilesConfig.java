package org.emsg.gateway.app;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Where attachments can be fetched that their message does not carry.
///
/// @param url the address that people of any network reach the service at, the name of a file
///   follows; none unless set: then nothing is served, and such files are named only
/// @param host the address to listen on; 127.0.0.1 unless set
/// @param port the port to listen on; 8089 unless set, 0 for any free one
/// @param keep how long a file of an EMSG message is kept for a network that carries links only; 30
///   d unless set
public record FilesConfig(Optional<URI> url, String host, int port, Duration keep) {
  public FilesConfig {
    url.ifPresent(FilesConfig::check);
    if (port > 65_535) {
      throw new IllegalArgumentException("port is from 0 to 65535");
    }
    if (keep.isNegative() || keep.isZero()) {
      throw new IllegalArgumentException("keep is more than nothing");
    }
  }

  private static void check(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("https") || scheme.equals("http"))
        || url.getHost() == null
        || !url.getPath().endsWith("/")
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw new IllegalArgumentException("url is like https://files.example.org/");
    }
  }
}
