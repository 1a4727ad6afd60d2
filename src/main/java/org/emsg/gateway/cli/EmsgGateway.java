package org.emsg.gateway.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The root of the command line; without a command it runs the gateway.
@Command(
    name = "emsg-gateway",
    versionProvider = EmsgGateway.Version.class,
    mixinStandardHelpOptions = true,
    description = "A federation gateway between EMSG, XMPP and mail.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {HelpCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  emsg-gateway run                                start with config/gateway.yaml",
      "  emsg-gateway user add alice                     an account, and its key under data/users",
      "  emsg-gateway send alice 'dave#jabber.org' Hello!   a message, signed by alice's key",
      "  emsg-gateway listen alice                       what arrives for her, as it arrives",
      "  emsg-gateway address dave#jabber.org            what he is called on every network",
      "",
      "Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the gateway does not run, 4 wrong settings."
    })
public final class EmsgGateway implements Callable<Integer> {
  private final Installation installation;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "settings; else EMSG_CONFIG, else config/gateway.yaml where there is one")
  private @Nullable Path config;

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "answer in JSON")
  private boolean json;

  private EmsgGateway(Installation installation) {
    this.installation = installation;
  }

  /// The command line, ready to execute.
  public static CommandLine of(Installation installation) {
    EmsgGateway root = new EmsgGateway(installation);
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new RunCommand(root));
    line.addSubcommand(new UserCommand(root));
    line.addSubcommand(new KeyCommand(root));
    line.addSubcommand(new AddressCommand(root));
    line.addSubcommand(new SendCommand(root));
    line.addSubcommand(new ListenCommand(root));
    line.addSubcommand(new TraceCommand(root));
    line.addSubcommand(new OutboxCommand(root));
    line.addSubcommand(new DnsCommand(root));
    line.setExecutionExceptionHandler(EmsgGateway::failed);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  @Override
  public Integer call() {
    return installation.run(settings());
  }

  Optional<Path> settings() {
    return Optional.ofNullable(config);
  }

  Installation.Local local() throws CommandFailure {
    return installation.local(settings());
  }

  Output output(CommandLine.Model.CommandSpec spec) {
    return new Output(spec.commandLine().getOut(), json);
  }

  private static int failed(Exception failure, CommandLine line, CommandLine.ParseResult parsed)
      throws Exception {
    if (failure instanceof CommandFailure expected) {
      line.getErr().println(expected.getMessage());
      return expected.exitCode();
    }
    throw failure;
  }

  /// Starts the gateway.
  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Run the gateway until it is stopped (SIGTERM, Ctrl-C).")
  static final class RunCommand implements Callable<Integer> {
    private final EmsgGateway root;

    RunCommand(EmsgGateway root) {
      this.root = root;
    }

    @Override
    public Integer call() {
      return root.call();
    }
  }

  /// What the jar's manifest says.
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EmsgGateway.class.getPackage().getImplementationVersion();
      return new String[] {"emsg-gateway " + (version == null ? "(not packaged)" : version)};
    }
  }
}
