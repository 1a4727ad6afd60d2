package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
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
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("read-as", address.network().label() + " " + address.text());
    Optional<Address> person = means(addressing, address, answer);
    person.ifPresent(who -> names(addressing, who, answer));
    print(root.output(spec), answer);
    return ExitCodes.DONE;
  }

  /// Whom a home user reaches who writes to it; empty where discovery decides, or nobody.
  private static Optional<Address> means(
      Addressing addressing, Address address, ObjectNode answer) {
    Target target = addressing.resolve(Network.EMSG, address);
    answer.put("rule", target.why());
    return switch (target) {
      case Target.Home home -> {
        answer.put("means", "home user " + home.account());
        yield Optional.of(home.account());
      }
      case Target.On on -> {
        answer.put("means", on.network().label() + " " + on.address().text());
        yield Optional.of(on.address());
      }
      case Target.Open open -> {
        answer.put(
            "means",
            open.local() + " at " + open.domain() + ", on the network that DNS says serves it");
        yield address.network() == Network.EMSG ? Optional.empty() : Optional.of(address);
      }
      case Target.Nobody nobody -> {
        answer.put("means", "nobody: " + nobody.reason().text());
        yield Optional.empty();
      }
    };
  }

  private static void names(Addressing addressing, Address who, ObjectNode answer) {
    ObjectNode names = answer.putObject("shown");
    addressing.shownAtHome(who).ifPresent(name -> names.put("at home", name.text()));
    for (Network network : Network.values()) {
      addressing
          .shownOn(network, who)
          .ifPresent(name -> names.put("in " + network.label(), name.text()));
    }
  }

  private static void print(Output output, ObjectNode answer) {
    if (output.isJson()) {
      output.json(answer);
      return;
    }
    output.line("read as   " + answer.path("read-as").asText());
    output.line("means     " + answer.path("means").asText());
    output.line("rule      " + answer.path("rule").asText());
    for (var name : answer.path("shown").properties()) {
      output.line(pad(name.getKey()) + name.getValue().asText());
    }
  }

  private static String pad(String label) {
    return label + " ".repeat(Math.max(1, 10 - label.length()));
  }
}
