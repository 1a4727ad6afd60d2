package org.emsg.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.emsg.gateway.address.Parsed;
import org.emsg.gateway.console.AdminClient;
import org.emsg.gateway.emsg.EsmpClient;
import org.emsg.gateway.emsg.EsmpClients;
import org.emsg.gateway.model.Address;

/// A user of this machine, connected to the gateway by ESMP over TLS like any client.
final class UserSession implements AutoCloseable {
  private static final long PATIENCE = 60;

  private final Installation.Local local;
  private final EsmpClients clients;
  private final EsmpClient client;

  private UserSession(Installation.Local local, EsmpClients clients, EsmpClient client) {
    this.local = local;
    this.clients = clients;
    this.client = client;
  }

  static UserSession open(
      Installation.Local local,
      Address.Emsg user,
      String device,
      Consumer<EsmpClient.Received> messages)
      throws CommandFailure {
    UserKeys keys = new UserKeys(local.data());
    if (!keys.has(user)) {
      throw new CommandFailure(
          ExitCodes.REFUSED,
          "There is no key of "
              + user
              + " here; emsg-gateway user add "
              + user.local()
              + " makes one.");
    }
    EsmpClients clients = new EsmpClients(Clock.systemUTC(), new SecureRandom());
    try {
      EsmpClients.Login login =
          new EsmpClients.Login(
              server(local), user, keys.loadOrCreate(user), device, Optional.of(local.tls()));
      return new UserSession(local, clients, await("connect", clients.connect(login, messages)));
    } catch (CommandFailure failure) {
      clients.close();
      throw failure;
    }
  }

  /// Where the gateway listens. With port 0 in the settings, only the gateway itself knows.
  private static InetSocketAddress server(Installation.Local local) throws CommandFailure {
    if (local.esmp().getPort() != 0) {
      return local.esmp();
    }
    JsonNode status = Running.on(local.data()).perform("status", AdminClient.request());
    String address = status.path("esmp").asText();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return new InetSocketAddress(local.esmp().getAddress(), port);
  }

  EsmpClient client() {
    return client;
  }

  /// Whom to write to: an EMSG address as it is, any other as the gateway resolves it.
  String recipient(String typed) throws CommandFailure {
    boolean plain = typed.indexOf(':') < 0 && !typed.startsWith("@");
    if (plain && typed.indexOf('#') < 0 && typed.indexOf('@') < 0) {
      return typed + "#" + local.addressing().homeDomains().getFirst();
    }
    return switch (local.addressing().parseAny(typed)) {
      case Parsed.Invalid(String why) -> throw new CommandFailure(ExitCodes.REFUSED, why);
      case Parsed.Valid(Address.Emsg address) -> address.text();
      case Parsed.Valid _ -> {
        EsmpClient.Answer answer = await(client.resolve(typed));
        if (!answer.isSuccess()) {
          throw new CommandFailure(
              ExitCodes.REFUSED, answer.code() + " " + Output.printable(answer.message()));
        }
        yield answer.json().path("address").asText();
      }
    };
  }

  <T> T await(CompletionStage<T> answer) throws CommandFailure {
    return await("ask", answer);
  }

  private static <T> T await(String what, CompletionStage<T> stage) throws CommandFailure {
    try {
      return stage.toCompletableFuture().get(PATIENCE, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      if (cause instanceof EsmpClients.Refused) {
        throw new CommandFailure(
            ExitCodes.REFUSED,
            "The gateway said no: " + Output.printable(String.valueOf(cause.getMessage())));
      }
      throw new CommandFailure(
          ExitCodes.NOT_RUNNING, "Cannot " + what + " the gateway: " + cause.getMessage());
    } catch (TimeoutException late) {
      throw new CommandFailure(ExitCodes.NOT_RUNNING, "The gateway does not answer.");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCodes.NOT_RUNNING, "Interrupted.");
    }
  }

  @Override
  public void close() {
    client.close();
    clients.close();
  }
}
