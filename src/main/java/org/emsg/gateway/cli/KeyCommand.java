package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.model.Address;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `key list|add|supersede|revoke`: the public keys of an account.
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = "Public keys of an account.",
    synopsisSubcommandLabel = "(list | add | supersede | revoke)",
    footer = {
      "%nExamples:",
      "  emsg-gateway key list alice",
      "  emsg-gateway key add alice --id phone --public-key BASE64",
      "  emsg-gateway key supersede alice OLD-ID     good for older messages only, from now on",
      "  emsg-gateway key revoke alice STOLEN-ID     good for nothing, from now on"
    })
final class KeyCommand {
  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  KeyCommand(EmsgGateway root) {
    this.root = root;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "An account's keys.")
  int list(@Parameters(paramLabel = "USER") String user) throws CommandFailure {
    JsonNode keys = perform("key.list", user, AdminClient.request());
    root.output(spec)
        .table(
            keys,
            "There is no key.",
            "key-id",
            "algorithm",
            "public-key",
            "added",
            "superseded",
            "revoked");
    return ExitCodes.DONE;
  }

  @Command(name = "add", mixinStandardHelpOptions = true, description = "Register a key.")
  int add(
      @Parameters(paramLabel = "USER") String user,
      @Option(names = "--id", paramLabel = "KEY-ID", required = true) String id,
      @Option(names = "--public-key", paramLabel = "BASE64", required = true) String publicKey)
      throws CommandFailure {
    ObjectNode request = AdminClient.request().put("key-id", id).put("public-key", publicKey);
    root.output(spec).say(perform("key.add", user, request), "Key " + id + " is registered.");
    return ExitCodes.DONE;
  }

  @Command(
      name = "supersede",
      mixinStandardHelpOptions = true,
      description = "From now on the key is good for older messages only.")
  int supersede(
      @Parameters(paramLabel = "USER") String user, @Parameters(paramLabel = "KEY-ID") String id)
      throws CommandFailure {
    JsonNode done = perform("key.supersede", user, AdminClient.request().put("key-id", id));
    root.output(spec).say(done, "Key " + id + " is superseded.");
    return ExitCodes.DONE;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "From now on nothing verifies with the key.")
  int revoke(
      @Parameters(paramLabel = "USER") String user, @Parameters(paramLabel = "KEY-ID") String id)
      throws CommandFailure {
    JsonNode done = perform("key.revoke", user, AdminClient.request().put("key-id", id));
    root.output(spec).say(done, "Key " + id + " is revoked.");
    return ExitCodes.DONE;
  }

  private JsonNode perform(String action, String typed, ObjectNode request) throws CommandFailure {
    Installation.Local local = root.local();
    Running gateway = Running.on(local.data());
    // A domain's own keys are listed under #domain.
    String account = typed.startsWith("#") ? typed : address(local, typed).text();
    return gateway.perform(action, request.put("account", account));
  }

  private static Address.Emsg address(Installation.Local local, String typed)
      throws CommandFailure {
    return Names.homeUser(local.addressing(), typed);
  }
}
