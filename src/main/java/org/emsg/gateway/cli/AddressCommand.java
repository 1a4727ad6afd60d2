package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Explanation;
import org.emsg.gateway.address.Explanation.Name;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.model.Address;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `address ADDR`: what an address becomes on every network, and by which rule. Reads the mapping
/// file; needs no running gateway, and asks no DNS.
@Command(
    name = "address",
    mixinStandardHelpOptions = true,
    description = "What an address becomes on every network, and by which rule.",
    footer = {
      "%nExamples:",
      "  emsg-gateway address 'dave#jabber.org'",
      "  emsg-gateway address xmpp:dave@jabber.org",
      "  emsg-gateway address mailto:erin@mail.example"
    })
final class AddressCommand implements Callable<Integer> {
  private static final int LABEL = 10;

  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ADDR",
      description = "user#domain, user@domain, xmpp:…, mailto:…: as a person types it")
  private String typed;

  AddressCommand(EmsgGateway root) {
    this.root = root;
  }

  @Override
  public Integer call() throws CommandFailure {
    Addressing addressing = root.local().addressing();
    Address address =
        switch (addressing.parseAny(typed)) {
          case Parsed.Valid(Address valid) -> valid;
          case Parsed.Invalid(String why) -> throw new CommandFailure(ExitCodes.REFUSED, why);
        };
    print(root.output(spec), json(Explanation.of(addressing, address)));
    return ExitCodes.DONE;
  }

  private static ObjectNode json(Explanation explanation) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("read-as", named(explanation.read()));
    answer.put("means", means(explanation.target()));
    answer.put("rule", explanation.target().why());
    explanation.rejected().ifPresent(reason -> answer.put("rejected", reason.text()));
    for (Explanation.Person person : explanation.people()) {
      ObjectNode entry = answer.withArray("people").addObject();
      entry.put("person", named(person.address()));
      entry.put("rule", person.why());
      ObjectNode names = entry.putObject("shown");
      person.atHome().ifPresent(name -> names.put("at home", name.text()));
      for (Name name : person.names()) {
        name.address().ifPresent(shown -> names.put(label(name), shown.text()));
      }
    }
    return answer;
  }

  /// Whom a home user reaches who writes to it.
  private static String means(Target target) {
    return switch (target) {
      case Target.Home home -> "home user " + home.account();
      case Target.On on -> named(on.address());
      case Target.Open open ->
          open.local() + " at " + open.domain() + ", on the network that DNS says serves it";
      case Target.Nobody nobody -> "nobody: " + nobody.reason().text();
    };
  }

  private static String named(Address address) {
    return address.network().label() + " " + address.text();
  }

  private static String label(Name name) {
    return "in " + name.viewer().label();
  }

  private static void print(Output output, ObjectNode answer) {
    if (output.isJson()) {
      output.json(answer);
      return;
    }
    output.line(pad("read as") + answer.path("read-as").asText());
    output.line(pad("means") + answer.path("means").asText());
    output.line(pad("rule") + answer.path("rule").asText());
    if (answer.has("rejected")) {
      output.line(pad("rejected") + answer.path("rejected").asText());
    }
    for (JsonNode person : answer.path("people")) {
      output.line("");
      output.line(person.path("person").asText() + " (" + person.path("rule").asText() + ")");
      for (var name : person.path("shown").properties()) {
        output.line("  " + pad(name.getKey()) + name.getValue().asText());
      }
    }
  }

  private static String pad(String label) {
    return label + " ".repeat(Math.max(1, LABEL - label.length()));
  }
}
