package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.model.Address;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `send FROM TO TEXT`: one signed message, as any EMSG client sends it.
@Command(
    name = "send",
    mixinStandardHelpOptions = true,
    description = "Send a message, signed with the key of FROM under data/users.",
    footer = {
      "%nExamples:",
      "  emsg-gateway send alice bob 'Hello Bob!'",
      "  emsg-gateway send alice 'dave#jabber.org' 'Hello over there!'",
      "%nThe answer is 200 (in the mailbox) or 202 (on its way to another server), after the message",
      "is on stable storage; any other answer makes the exit code 1."
    })
final class SendCommand implements Callable<Integer> {
  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FROM", description = "a user of this gateway")
  private String from;

  @Parameters(index = "1", paramLabel = "TO", description = "anybody; alice alone is one of ours")
  private String to;

  @Parameters(index = "2", paramLabel = "TEXT")
  private String text;

  SendCommand(EmsgGateway root) {
    this.root = root;
  }

  @Override
  public Integer call() throws CommandFailure {
    Installation.Local local = root.local();
    Address.Emsg sender = Names.homeUser(local.addressing(), from);
    try (UserSession session = UserSession.open(local, sender, "command-line-send", _ -> {})) {
      String recipient = session.recipient(to);
      EsmpClient.Answer answer = session.await(session.client().send(recipient, text));
      ObjectNode shown = answer.json();
      root.output(spec)
          .say(shown, answer.code() + " " + Output.printable(answer.message()) + trace(shown));
      return answer.isSuccess() ? ExitCodes.DONE : ExitCodes.REFUSED;
    }
  }

  private static String trace(ObjectNode answer) {
    String id = answer.path("trace").asText("");
    return id.isEmpty() ? "" : " (trace " + Output.printable(id) + ")";
  }
}
