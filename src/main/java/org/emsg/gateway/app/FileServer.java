package org.emsg.gateway.app;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Attachments over HTTP: `GET /ID` for whoever knows the id, which nobody can guess, until it
/// expires; `404` for everything else. A file is for saving, never for showing: it comes from a
/// stranger, and this origin has nothing else to steal.
///
/// It speaks no TLS: a proxy that does stands before it.
final class FileServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileServer.class);
  private static final Pattern ID = Pattern.compile("/[A-Za-z0-9_-]{43}");
  private static final Pattern MEDIA_TYPE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}");

  /// Read and written at once: so much a transfer holds, however large the file.
  private static final int PART = 64 * 1024;

  private static final int TRANSFERS = 256;

  private final HttpServer server;
  private final Blobs blobs;
  private final Clock clock;
  private final Semaphore transfers = new Semaphore(TRANSFERS);
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  FileServer(FilesConfig config, Blobs blobs, Clock clock) throws IOException {
    this.blobs = blobs;
    this.clock = clock;
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByName(config.host()), config.port()), 64);
    server.setExecutor(workers);
    server.createContext("/", this::answer);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (!head && !exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
      } else if (!transfers.tryAcquire()) {
        exchange.getResponseHeaders().set("Retry-After", "30");
        exchange.sendResponseHeaders(503, -1);
      } else {
        try {
          send(exchange, head);
        } catch (RuntimeException failed) {
          LOG.warn("a file could not be read", failed);
          if (exchange.getResponseCode() < 0) {
            exchange.sendResponseHeaders(503, -1);
          }
        } finally {
          transfers.release();
        }
      }
    }
  }

  private void send(HttpExchange exchange, boolean head) throws IOException {
    // A proxy may serve us below a path of its own: the last segment is the id.
    String path = exchange.getRequestURI().getPath();
    String last = path.substring(Math.max(0, path.lastIndexOf('/')));
    if (!ID.matcher(last).matches()) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    BlobId id = new BlobId(last.substring(1));
    Optional<Blobs.Kept> kept = blobs.look(id);
    if (kept.isEmpty()) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    describe(exchange.getResponseHeaders(), kept.get());
    long size = kept.get().size();
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
    }
    exchange.sendResponseHeaders(200, head || size == 0 ? -1 : size);
    OutputStream out = exchange.getResponseBody();
    for (long offset = 0; !head && offset < size; ) {
      Bytes part = blobs.part(id, offset, PART);
      if (part.size() == 0) {
        throw new IOException("the file expired while it was read");
      }
      out.write(part.view());
      offset += part.size();
    }
  }

  private void describe(Headers headers, Blobs.Kept kept) {
    boolean typed = MEDIA_TYPE.matcher(kept.mediaType()).matches();
    headers.set("Content-Type", typed ? kept.mediaType() : "application/octet-stream");
    String name = URLEncoder.encode(kept.name(), StandardCharsets.UTF_8).replace("+", "%20");
    headers.set("Content-Disposition", "attachment; filename*=UTF-8''" + name);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
    headers.set("Referrer-Policy", "no-referrer");
    long left = Duration.between(clock.instant(), kept.expires()).toSeconds();
    headers.set("Cache-Control", "private, immutable, max-age=" + Math.max(0, left));
  }

  @Override
  public void close() {
    server.stop(1);
    workers.shutdownNow();
  }
}
