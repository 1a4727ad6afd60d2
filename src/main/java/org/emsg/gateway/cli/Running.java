package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.console.AdminRefusal;

/// The gateway that runs on this installation's data, or a clear word that none does.
final class Running {
  private final AdminClient client;

  private Running(AdminClient client) {
    this.client = client;
  }

  static Running on(Path data) throws CommandFailure {
    try {
      return new Running(
          AdminClient.of(data)
              .orElseThrow(() ->
                  new CommandFailure(
                      ExitCodes.NOT_RUNNING,
                      "The gateway does not run on "
                          + data.toAbsolutePath()
                          + "; start it with: emsg-gateway run")));
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCodes.NOT_RUNNING,
          "Whether the gateway runs cannot be seen: " + unreadable.getMessage());
    }
  }

  JsonNode perform(String action, ObjectNode request) throws CommandFailure {
    try {
      return client.perform(action, request);
    } catch (AdminRefusal refusal) {
      throw new CommandFailure(ExitCodes.REFUSED, String.valueOf(refusal.getMessage()));
    } catch (IOException gone) {
      throw new CommandFailure(
          ExitCodes.NOT_RUNNING, "The gateway does not answer: " + gone.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCodes.NOT_RUNNING, "Interrupted.");
    }
  }
}
