package org.emsg.gateway.app;

/// Where health and metrics are served.
///
/// @param host the address to listen on; 127.0.0.1 unless set
/// @param port the port to listen on; 8088 unless set, 0 for any free one
public record HttpConfig(String host, int port) {
  public HttpConfig {
    if (port > 65_535) {
      throw new IllegalArgumentException("port is from 0 to 65535");
    }
  }
}
