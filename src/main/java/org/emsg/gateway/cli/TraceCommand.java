package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.emsg.gateway.console.AdminClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `trace ID`: where is my message?
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description = "The way of one message through the gateway, one line a hop.",
    footer = {"%nExample:", "  emsg-gateway trace 1kf3q0v2m8a7c5e9g4i6"})
final class TraceCommand implements Callable<Integer> {
  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "the trace id: logs, answers and bounces bear it")
  private String id;

  TraceCommand(EmsgGateway root) {
    this.root = root;
  }

  @Override
  public Integer call() throws CommandFailure {
    JsonNode lines =
        Running.on(root.local().data()).perform("trace", AdminClient.request().put("id", id));
    root.output(spec).table(lines, "Nothing is known of it.", "at", "step", "text");
    return ExitCodes.DONE;
  }
}
