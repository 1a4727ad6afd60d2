package org.emsg.gateway.emsg;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.model.Address;

/// Checks `auth` (profile §5) for one session: a client's against the account's registered keys, a
/// server's against the key that its domain publishes.
final class Authentication {
  /// Every refusal takes this long, counted from the request.
  static final Duration DELAY = Duration.ofMillis(300);

  private static final int MAX_ATTEMPTS = 5;
  private static final String DEFAULT_DEVICE = "default";

  private final SessionContext context;
  private final String channelBinding;
  private int attempts;

  Authentication(SessionContext context, String channelBinding) {
    this.context = context;
    this.channelBinding = channelBinding;
  }

  /// What came of it.
  sealed interface Result {
    /// The user is who they say.
    ///
    /// @param keyId of the key that did it
    record Proven(Peer peer, String keyId) implements Result {}

    /// The proof is none.
    ///
    /// @param last whether the session has had its attempts
    record Unproven(boolean last) implements Result {}

    record Later(String why, Duration retryAfter) implements Result {}
  }

  /// Looks at one `auth`.
  ///
  /// @param server the domain that the session's hello named, where it was a server's
  CompletionStage<Result> check(
      EsmpLine.Auth auth, String ours, Optional<String> server, String nonce) {
    boolean last = ++attempts >= MAX_ATTEMPTS;
    Optional<Address.Emsg> user = context.addresses().parse(auth.user());
    boolean plausible =
        user.isPresent()
            && (server.isPresent()
                ? user.get().local().isEmpty() && user.get().domain().equals(server.get())
                : !user.get().local().isEmpty() && user.get().domain().equals(ours));
    if (!plausible) {
      return CompletableFuture.completedStage(new Result.Unproven(last));
    }
    String role = server.isPresent() ? "server" : "client";
    byte[] signedForm = new AuthProof(role, auth.user(), ours, nonce, channelBinding).signedForm();
    Peer proven =
        server
            .<Peer>map(Peer.Server::new)
            .orElseGet(() -> new Peer.Device(user.get(), auth.device().orElse(DEFAULT_DEVICE)));
    return context
        .keys()
        .keysOf(user.get())
        .thenCompose(found -> {
          Result result = judge(auth, found, signedForm, proven, last);
          // A key that the domain has had for less than the hour that we believe its answers.
          return result instanceof Result.Unproven
              ? context
                  .keys()
                  .askAgain(user.get())
                  .map(
                      fresh -> fresh.thenApply(keys -> judge(auth, keys, signedForm, proven, last)))
                  .orElseGet(() -> CompletableFuture.completedStage(result))
              : CompletableFuture.completedStage(result);
        });
  }

  private Result judge(
      EsmpLine.Auth auth, KeysFound found, byte[] signedForm, Peer proven, boolean last) {
    return switch (found) {
      case KeysFound.Published(List<AccountKey> keys) ->
          provedBy(auth, keys, signedForm)
              .<Result>map(key -> new Result.Proven(proven, key.keyId()))
              .orElseGet(() -> new Result.Unproven(last));
      case KeysFound.Unavailable(String why, Duration retryAfter) ->
          new Result.Later("The domain's keys cannot be had now: " + why, retryAfter);
    };
  }

  private Optional<AccountKey> provedBy(
      EsmpLine.Auth auth, List<AccountKey> keys, byte[] signedForm) {
    Optional<byte[]> signature = Signatures.base64(auth.signature());
    Instant now = context.clock().instant();
    boolean named = keys.stream().anyMatch(key -> auth.keyId().equals(Optional.of(key.keyId())));
    int tried = 0;
    for (AccountKey key : keys) {
      if (signature.isPresent()
          && key.algorithm().equals(auth.mechanism())
          && (!named || auth.keyId().equals(Optional.of(key.keyId())))
          && Signatures.isGood(key, now)
          && ++tried <= MAX_ATTEMPTS
          && context.signatures().verify(key, signedForm, signature.get())) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }
}
