package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.crypto.Ed25519;
import org.emsg.gateway.model.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `user add|list`: the accounts of the home domains.
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    description = "Accounts of the home domains.",
    synopsisSubcommandLabel = "(add | list)",
    footer = {
      "%nExamples:",
      "  emsg-gateway user add alice                 alice on the first home domain",
      "  emsg-gateway user add 'bob#example.org' --public-key BASE64",
      "  emsg-gateway user list"
    })
final class UserCommand {
  private final EmsgGateway root;
  @Spec private CommandSpec spec;

  UserCommand(EmsgGateway root) {
    this.root = root;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description =
          "Add an account. Without --public-key a key is made and kept under data/users, for send"
              + " and listen.")
  int add(
      @Parameters(paramLabel = "USER", description = "alice, or alice#example.org") String typed,
      @Option(
              names = "--public-key",
              paramLabel = "BASE64",
              description = "the Ed25519 public key of a client that has its own")
          @Nullable String publicKey)
      throws CommandFailure {
    Installation.Local local = root.local();
    Running gateway = Running.on(local.data());
    Address.Emsg user = Names.homeUser(local.addressing(), typed);
    UserKeys keys = new UserKeys(local.data());
    ObjectNode request = AdminClient.request().put("account", user.text());
    String more = "";
    if (publicKey == null) {
      Ed25519.SigningKey key = keys.loadOrCreate(user);
      request.put("public-key", UserKeys.base64(key));
      more = ", with the key in " + keys.file(user);
    } else {
      request.put("public-key", publicKey);
    }
    JsonNode done = gateway.perform("user.add", request);
    root.output(spec).say(done, user + " is there" + more + ".");
    return ExitCodes.DONE;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "All accounts.")
  int list() throws CommandFailure {
    Installation.Local local = root.local();
    JsonNode users = Running.on(local.data()).perform("user.list", AdminClient.request());
    root.output(spec).table(users, "There is no account yet.", "account", "keys");
    return ExitCodes.DONE;
  }
}
