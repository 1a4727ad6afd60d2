package org.emsg.gateway.emsg;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.Target;
import org.emsg.gateway.gateway.Directory;
import org.emsg.gateway.home.AccountKey;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;

/// Questions about people: `GET_PROFILE` as far as keys go, and `resolve`. Profiles themselves get
/// their place in here. Thread-safe.
final class Lookups {
  private final Addressing addressing;
  private final AddressCache addresses;
  private final Accounts accounts;
  private final OurKeys ourKeys;
  private final SenderKeys keys;
  private final Directory directory;

  Lookups(
      Addressing addressing,
      AddressCache addresses,
      Accounts accounts,
      OurKeys ourKeys,
      SenderKeys keys,
      Directory directory) {
    this.addressing = addressing;
    this.addresses = addresses;
    this.accounts = accounts;
    this.ourKeys = ourKeys;
    this.keys = keys;
    this.directory = directory;
  }

  /// Anybody may ask for our people's keys; for others' keys only our own users, whom we ask on
  /// behalf of. The stage is there while another server has to be asked.
  Optional<CompletionStage<?>> profile(EsmpLine.GetProfile request, Peer asker, LineChannel out) {
    Optional<Address.Emsg> user = addresses.parse(request.user());
    if (user.isEmpty()) {
      out.send(Replies.plain(request.id(), Code.BAD_REQUEST, "The user is no address."));
      return Optional.empty();
    }
    Address.Emsg address = user.get();
    if (addressing.isOurs(address.domain())) {
      out.send(ourProfile(request.id(), address));
      return Optional.empty();
    }
    if (!(asker instanceof Peer.Device)) {
      out.send(Replies.plain(request.id(), Code.NOT_FOUND, "That domain is not served here."));
      return Optional.empty();
    }
    CompletableFuture<?> told =
        keys.keysOf(address)
            .thenAccept(found -> out.send(foreignProfile(request.id(), address, found)))
            .toCompletableFuture();
    return told.isDone() ? Optional.empty() : Optional.of(told);
  }

  private byte[] ourProfile(Optional<String> id, Address.Emsg address) {
    boolean isAccount =
        !address.local().isEmpty() && addressing.homeDomains().contains(address.domain());
    if (isAccount && !accounts.exists(address)) {
      return Replies.plain(id, Code.NOT_FOUND, "User not found");
    }
    boolean isNobodysAlias =
        !isAccount
            && !address.local().isEmpty()
            && addressing.resolve(Network.EMSG, address) instanceof Target.Nobody;
    if (isNobodysAlias) {
      return Replies.plain(id, Code.NOT_FOUND, "User not found");
    }
    return profile(id, address, ourKeys.published(address));
  }

  private static byte[] foreignProfile(Optional<String> id, Address.Emsg address, KeysFound found) {
    return switch (found) {
      case KeysFound.Published(List<AccountKey> keys) ->
          keys.isEmpty()
              ? Replies.plain(id, Code.NOT_FOUND, "User not found")
              : profile(id, address, keys);
      case KeysFound.Unavailable(String why, Duration retryAfter) ->
          Replies.retry(id, Code.TRY_LATER, why, retryAfter);
    };
  }

  private static byte[] profile(Optional<String> id, Address.Emsg address, List<AccountKey> keys) {
    ObjectNode json = Replies.object(id, Code.OK, Code.OK.phrase());
    json.put("user", address.text());
    ArrayNode list = json.putArray("keys");
    for (AccountKey key : keys) {
      ObjectNode entry = list.addObject();
      entry.put("alg", key.algorithm());
      entry.put("key_id", key.keyId());
      entry.put("public_key", Base64.getEncoder().encodeToString(key.publicKey().view()));
      entry.put("added", key.added().toEpochMilli());
      key.superseded().ifPresent(when -> entry.put("superseded", when.toEpochMilli()));
      key.revoked().ifPresent(when -> entry.put("revoked", when.toEpochMilli()));
    }
    return EsmpCodec.line(json);
  }

  CompletionStage<?> resolve(EsmpLine.Resolve request, Address.Emsg asker, LineChannel out) {
    return directory
        .look(asker, request.address())
        .thenAccept(listing -> out.send(resolved(request.id(), listing)));
  }

  private static byte[] resolved(Optional<String> id, Directory.Listing listing) {
    return switch (listing) {
      case Directory.Listing.Listed(
              Address.Emsg writeTo,
              List<Directory.Option> options,
              String why) -> {
        ObjectNode json = Replies.object(id, Code.OK, Code.OK.phrase());
        json.put("address", writeTo.text());
        ArrayNode networks = json.putArray("networks");
        for (Directory.Option option : options) {
          ObjectNode entry = networks.addObject();
          entry.put("network", option.network().label());
          entry.put("address", option.address().text());
        }
        json.put("why", why);
        yield EsmpCodec.line(json);
      }
      case Directory.Listing.Unlisted(var reason, String why) -> {
        ObjectNode json = Replies.object(id, Code.of(reason.kind()), reason.text());
        json.put("why", why);
        yield EsmpCodec.line(json);
      }
    };
  }
}
