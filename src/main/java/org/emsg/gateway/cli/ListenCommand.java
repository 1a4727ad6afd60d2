package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.model.Address;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `listen USER`: what arrives for a user, as it arrives; what was printed is acknowledged.
@Command(
    name = "listen",
    mixinStandardHelpOptions = true,
    description = "Print what arrives for USER, what waits first, until interrupted.",
    footer = {
      "%nExamples:",
      "  emsg-gateway listen alice",
      "  emsg-gateway --json listen alice --count 1     one message, then exit",
      "%nA device remembers how far it has read: choose another --device to read everything again."
    })
final class ListenCommand implements Callable<Integer> {
  private static final int PAGE = 100;

  /// What a system event may say of itself, in the order in which it is printed.
  private static final List<String> DETAILS =
      List.of("failed_recipient", "code", "reason", "target");

  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "USER", description = "a user of this gateway")
  private String user;

  @Option(names = "--count", paramLabel = "N", description = "exit after N messages")
  private long count = Long.MAX_VALUE;

  @Option(names = "--seconds", paramLabel = "S", description = "exit after S seconds of silence")
  private long seconds = Long.MAX_VALUE;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "the device that reads; ${DEFAULT-VALUE} unless set")
  private String device = "command-line";

  ListenCommand(EmsgGateway root) {
    this.root = root;
  }

  @Override
  public Integer call() throws CommandFailure {
    Installation.Local local = root.local();
    Address.Emsg listener = Names.homeUser(local.addressing(), user);
    BlockingQueue<Optional<EsmpClient.Received>> pushed = new LinkedBlockingQueue<>();
    try (UserSession session =
        UserSession.open(local, listener, device, message -> pushed.add(Optional.of(message)))) {
      var _ = session.client().gone().thenAccept(_ -> pushed.add(Optional.empty()));
      long printed = printWaiting(session);
      while (printed < count) {
        Optional<EsmpClient.Received> next = next(pushed);
        if (next.isEmpty()) {
          return ExitCodes.DONE;
        }
        print(session, next.get());
        printed++;
      }
      return ExitCodes.DONE;
    }
  }

  /// Pages through what is stored; after the last page the server pushes.
  private long printWaiting(UserSession session) throws CommandFailure {
    long printed = 0;
    boolean more = true;
    while (more && printed < count) {
      int limit = (int) Math.min(PAGE, count - printed);
      EsmpClient.Page page = session.await(session.client().sync(Optional.empty(), limit));
      for (EsmpClient.Received message : page.messages()) {
        print(session, message);
        printed++;
      }
      more = page.more();
    }
    return printed;
  }

  /// The next message; empty after the silence that was asked for.
  private Optional<EsmpClient.Received> next(BlockingQueue<Optional<EsmpClient.Received>> pushed)
      throws CommandFailure {
    try {
      Optional<EsmpClient.Received> next = pushed.poll(seconds, TimeUnit.SECONDS);
      if (next == null) {
        return Optional.empty();
      }
      if (next.isEmpty()) {
        throw new CommandFailure(ExitCodes.NOT_RUNNING, "The gateway closed the connection.");
      }
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private void print(UserSession session, EsmpClient.Received message) throws CommandFailure {
    root.output(spec).say(message.json(), line(message));
    session.await(session.client().acknowledged(message.cursor()));
  }

  static String line(EsmpClient.Received message) {
    JsonNode json = message.json();
    StringBuilder line = new StringBuilder();
    line.append(message.sent().map(Instant::toString).orElse("(without a time)"))
        .append(' ')
        .append(Output.printable(message.sender()));
    if (json.path("bridge").path("verified").path("sender").asText("").equals("unverified")) {
      line.append(" (unverified)");
    }
    line.append(": ");
    if (json.path("type").asText().equals("chat")) {
      line.append(Output.paragraph(message.body()));
      for (JsonNode file : json.path("attachments")) {
        line.append("\n    [file] ").append(file(file));
      }
      return line.toString();
    }
    line.append('[').append(Output.printable(json.path("event").asText())).append(']');
    for (String detail : DETAILS) {
      if (json.has(detail)) {
        line.append(' ').append(Output.printable(json.path(detail).asText()));
      }
    }
    return line.toString();
  }

  private static String file(JsonNode file) {
    String where = file.path("url").asText("");
    if (where.isEmpty()) {
      where = file.has("data") ? "in the message (--json has it)" : "not to be had";
    }
    return Output.printable(
        "%s, %s, %d bytes: %s"
            .formatted(
                file.path("name").asText(),
                file.path("media_type").asText(),
                file.path("size").asLong(),
                where));
  }
}
