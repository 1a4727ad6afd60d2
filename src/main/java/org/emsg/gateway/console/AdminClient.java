package org.emsg.gateway.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Asks a running gateway to do something.
public final class AdminClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// One for all: each would keep its idle connections, and the gateway takes so many only.
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final AdminDoor door;

  private AdminClient(AdminDoor door) {
    this.door = door;
  }

  /// A client of the gateway that runs on `data`; empty where none does.
  public static Optional<AdminClient> of(Path data) throws IOException {
    return AdminDoor.find(data).map(AdminClient::new).filter(AdminClient::answers);
  }

  /// An empty request, to be filled.
  public static ObjectNode request() {
    return JSON.createObjectNode();
  }

  /// Does `action` and returns its answer.
  ///
  /// @throws AdminRefusal where the gateway says no
  /// @throws IOException where it does not answer
  public JsonNode perform(String action, ObjectNode request)
      throws IOException, AdminRefusal, InterruptedException {
    HttpRequest sent =
        HttpRequest.newBuilder(door.address().resolve(action))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + door.token())
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request)))
            .build();
    HttpResponse<byte[]> answer = HTTP.send(sent, HttpResponse.BodyHandlers.ofByteArray());
    JsonNode body = JSON.readTree(answer.body());
    if (answer.statusCode() != 200) {
      throw new AdminRefusal(answer.statusCode(), body.path("error").asText("it was refused"));
    }
    return body;
  }

  /// Whether somebody is behind the door: a gateway that was killed leaves its file.
  private boolean answers() {
    try {
      perform("status", request());
      return true;
    } catch (IOException | AdminRefusal strange) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
