package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.emsg.gateway.console.AdminClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `outbox lanes|waiting|failed|retry|drop`: what waits for other servers.
@Command(
    name = "outbox",
    mixinStandardHelpOptions = true,
    description = "Messages that wait for other servers.",
    synopsisSubcommandLabel = "(lanes | waiting | failed | retry | drop)",
    footer = {
      "%nA lane is all that goes from one domain of ours, over one network, to one server.",
      "%nExamples:",
      "  emsg-gateway outbox lanes",
      "  emsg-gateway outbox waiting xmpp emsg.example.org jabber.org",
      "  emsg-gateway outbox retry smtp example.org mail.example    now, not when it is due",
      "  emsg-gateway outbox drop 4711                the sender gets a bounce"
    })
final class OutboxCommand {
  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  OutboxCommand(EmsgGateway root) {
    this.root = root;
  }

  @Command(name = "lanes", mixinStandardHelpOptions = true, description = "All lanes.")
  int lanes() throws CommandFailure {
    root.output(spec)
        .table(
            perform("outbox.lanes", AdminClient.request()),
            "Nothing waits.",
            "network",
            "ours",
            "remote",
            "waiting",
            "failed",
            "attempts",
            "oldest",
            "paused-until",
            "last-reason",
            "holder");
    return ExitCodes.DONE;
  }

  @Command(
      name = "waiting",
      mixinStandardHelpOptions = true,
      description = "What waits in a lane, oldest first.")
  int waiting(
      @Parameters(paramLabel = "NETWORK") String network,
      @Parameters(paramLabel = "OURS") String ours,
      @Parameters(paramLabel = "REMOTE") String remote)
      throws CommandFailure {
    root.output(spec)
        .table(
            perform("outbox.waiting", lane(network, ours, remote)),
            "Nothing waits there.",
            "id",
            "trace",
            "from",
            "to",
            "attempts",
            "queued",
            "not-before",
            "last-reason");
    return ExitCodes.DONE;
  }

  @Command(
      name = "failed",
      mixinStandardHelpOptions = true,
      description = "What was given up, and whose senders are about to be told.")
  int failed() throws CommandFailure {
    root.output(spec)
        .table(
            perform("outbox.failed", AdminClient.request()),
            "Nothing has failed that its sender does not know of.",
            "id",
            "trace",
            "to",
            "reason");
    return ExitCodes.DONE;
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Make everything in a lane due now.")
  int retry(
      @Parameters(paramLabel = "NETWORK") String network,
      @Parameters(paramLabel = "OURS") String ours,
      @Parameters(paramLabel = "REMOTE") String remote)
      throws CommandFailure {
    JsonNode done = perform("outbox.retry", lane(network, ours, remote));
    root.output(spec).say(done, done.path("due").asInt() + " messages are due now.");
    return ExitCodes.DONE;
  }

  @Command(
      name = "drop",
      mixinStandardHelpOptions = true,
      description = "Give a waiting message up; its sender gets a bounce.")
  int drop(@Parameters(paramLabel = "ID") long id) throws CommandFailure {
    JsonNode done = perform("outbox.drop", AdminClient.request().put("id", id));
    root.output(spec).say(done, "Message " + id + " is given up; its sender will be told.");
    return ExitCodes.DONE;
  }

  private JsonNode perform(String action, ObjectNode request) throws CommandFailure {
    return Running.on(root.local().data()).perform(action, request);
  }

  private static ObjectNode lane(String network, String ours, String remote) {
    return AdminClient.request().put("network", network).put("ours", ours).put("remote", remote);
  }
}
