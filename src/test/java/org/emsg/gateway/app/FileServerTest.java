package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.emsg.gateway.fixtures.FakeBlobs;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.KeptFiles;
import org.emsg.gateway.model.Attachment;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileServerTest {
  private final FakeBlobs blobs = new FakeBlobs();
  private final FakeClock clock = FakeClock.atNoon();
  private final HttpClient http = HttpClient.newHttpClient();
  private FileServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FileServer(config("http://files.test/"), blobs, clock);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private static FilesConfig config(String url) {
    return new FilesConfig(Optional.of(URI.create(url)), "127.0.0.1", 0, Duration.ofDays(30));
  }

  private HttpResponse<byte[]> ask(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    return http.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private BlobId put(byte[] content, String name, String type) {
    return blobs.put(Bytes.wrap(content), name, type, clock.instant().plusSeconds(60));
  }

  @Test
  void aFileIsThereForWhoKnowsItsName() throws Exception {
    byte[] content = new byte[200_000];
    content[199_999] = 7;
    BlobId id = put(content, "Bericht \u00e4.pdf", "application/pdf");

    HttpResponse<byte[]> answer = ask("GET", "/" + id.value());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(content);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/pdf");
    assertThat(answer.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename*=UTF-8''Bericht%20%C3%A4.pdf");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Content-Security-Policy"))
        .contains("default-src 'none'; sandbox");
    assertThat(answer.headers().firstValue("Cache-Control"))
        .contains("private, immutable, max-age=60");
    assertThat(ask("GET", "/below/a/proxy/" + id.value()).body()).isEqualTo(content);
    HttpResponse<byte[]> head = ask("HEAD", "/" + id.value());
    assertThat(head.headers().firstValue("Content-Length")).contains("200000");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    assertThat(ask("GET", "/" + put(new byte[0], "empty", "text/plain").value()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aTypeThatIsNoneIsBytes() throws Exception {
    BlobId id = put(new byte[1], "x", "text/html\r\nSet-Cookie: a=b");

    HttpResponse<byte[]> answer = ask("GET", "/" + id.value());

    assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/short",
        "/unknown-unknown-unknown-unknown-unknown-unk",
        "/..%2F..%2Fetc%2Fpasswd"
      })
  void whatIsNotThereIsNotFound(String path) throws Exception {
    assertThat(ask("GET", path).statusCode()).isEqualTo(404);
  }

  @Test
  void nothingIsTaken() throws Exception {
    assertThat(ask("PUT", "/" + put(new byte[1], "x", "a/b").value()).statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "ftp://files.test/",
        "https:///x/",
        "https://files.test",
        "https://f.test/?"
      })
  void anAddressThatMakesNoLinksIsRefused(String url) {
    assertThatThrownBy(() -> config(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://files.example.org/");
  }

  @Test
  void aNetworkThatCarriesLinksOnlyGetsOne() throws Exception {
    KeptFiles links =
        new KeptFiles(
            URI.create("http://127.0.0.1:" + server.address().getPort() + "/"),
            blobs,
            Duration.ofDays(1),
            clock);
    Attachment cat =
        new Attachment("cat.png", "image/png", 3, new Attachment.Content.Inline(Bytes.utf8("cat")));

    URI link = links.of(cat).orElseThrow();

    assertThat(ask("GET", link.getPath()).body()).isEqualTo(new byte[] {99, 97, 116});
    assertThat(blobs.kept.values())
        .singleElement()
        .satisfies(
            kept -> assertThat(kept.expires()).isEqualTo(World.NOON.plus(Duration.ofDays(1))));
  }
}
