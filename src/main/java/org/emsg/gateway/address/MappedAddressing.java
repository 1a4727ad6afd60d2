package org.emsg.gateway.address;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Network;
import org.emsg.gateway.model.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Addressing by the mapping file (`mappings/addresses.yaml`).
///
/// Whoever wires it calls `reload` now and then; each call of `Addressing` works on the state that
/// is in force when it begins.
public final class MappedAddressing implements Addressing {
  private static final Logger LOG = LoggerFactory.getLogger(MappedAddressing.class);

  private final String name;
  private final Supplier<String> file;
  private final MappingReader reader = new MappingReader();
  private final Aliases aliases;
  private String lastRead;
  private volatile State state;

  /// What is asked about every message is made once.
  private record State(
      Mapping mapping,
      Resolver resolver,
      List<String> homeDomains,
      Map<Network, Set<String>> facesShownOn) {}

  /// What a reload did.
  public sealed interface Reload {
    /// The file is as it was.
    record Unchanged() implements Reload {}

    /// The new rules are in force.
    record Taken() implements Reload {}

    /// The old rules stay in force.
    record Refused(List<MappingFault> faults) implements Reload {}
  }

  private MappedAddressing(String name, Supplier<String> file, HashedAliases hashed) {
    this.name = name;
    this.file = file;
    this.aliases = new Aliases(hashed);
    this.lastRead = file.get();
    this.state =
        switch (reader.read(lastRead)) {
          case MappingReader.Result.Read(Mapping mapping) -> stateOf(mapping);
          case MappingReader.Result.Faulty(List<MappingFault> faults) ->
              throw new MappingException(name, faults);
        };
  }

  /// Reads `file` and follows it from then on.
  ///
  /// @throws MappingException where it has a fault
  /// @throws UncheckedIOException where it cannot be read
  public static MappedAddressing follow(Path file, HashedAliases hashed) {
    return new MappedAddressing(
        file.toString(),
        () -> {
          try {
            return Files.readString(file, StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        hashed);
  }

  /// Of the text of a mapping file, for good.
  ///
  /// @throws MappingException where it has a fault
  public static MappedAddressing of(String yaml, HashedAliases hashed) {
    return new MappedAddressing("the address mapping", () -> yaml, hashed);
  }

  /// Reads the file again, and takes what is new in it if it is sound: all of it or nothing. A
  /// change of home domains or faces is not taken while the gateway runs, since keys, certificates
  /// and connections hang on them. Logs what it did.
  public synchronized Reload reload() {
    String text;
    try {
      text = file.get();
    } catch (UncheckedIOException e) {
      if (!lastRead.isEmpty()) {
        LOG.warn("{} cannot be read ({}); the old rules stay in force", name, e.getMessage());
        lastRead = "";
      }
      return new Reload.Refused(List.of(new MappingFault(0, "the file cannot be read")));
    }
    if (text.equals(lastRead)) {
      return new Reload.Unchanged();
    }
    lastRead = text;
    return switch (reader.read(text)) {
      case MappingReader.Result.Faulty(List<MappingFault> faults) -> refuse(faults);
      case MappingReader.Result.Read(Mapping mapping)
          when !mapping.faces().equals(state.mapping().faces()) ->
          refuse(List.of(new MappingFault(0, "a change of home or faces needs a restart")));
      case MappingReader.Result.Read(Mapping mapping) -> {
        state = stateOf(mapping);
        LOG.info("{} was read again; its rules are in force", name);
        yield new Reload.Taken();
      }
    };
  }

  private Reload refuse(List<MappingFault> faults) {
    for (MappingFault fault : faults) {
      LOG.warn("{}, {}; the old rules stay in force", name, fault);
    }
    return new Reload.Refused(faults);
  }

  private State stateOf(Mapping mapping) {
    Map<Network, Set<String>> shown = new EnumMap<>(Network.class);
    for (Network viewer : Network.values()) {
      shown.put(viewer, Collections.unmodifiableSet(mapping.faces().shownOn(viewer)));
    }
    List<String> homes = mapping.faces().homes().stream().map(Faces.Home::domain).toList();
    return new State(mapping, new Resolver(mapping, aliases), homes, shown);
  }

  private Faces faces() {
    return state.mapping().faces();
  }

  @Override
  public Parsed parse(Network network, String text) {
    return switch (AddressParser.parse(network, text)) {
      case Parsed.Valid(Address address) -> new Parsed.Valid(canonical(address));
      case Parsed.Invalid invalid -> invalid;
    };
  }

  @Override
  public Parsed parseAny(String text) {
    return TypedForms.read(this, text);
  }

  @Override
  public Parsed nativeOn(Network network, String local, String domain) {
    return AddressParser.of(network, local, domain);
  }

  @Override
  public List<String> homeDomains() {
    return state.homeDomains();
  }

  @Override
  public boolean isOurs(String domain) {
    return faces().isOurs(domain);
  }

  @Override
  public Optional<String> ownerOf(String domain) {
    return faces().ownerOf(domain);
  }

  @Override
  public Optional<String> face(Network subject, Network viewer) {
    return faces().face(subject, viewer);
  }

  @Override
  public Set<String> facesShownOn(Network viewer) {
    return state.facesShownOn().getOrDefault(viewer, Set.of());
  }

  @Override
  public List<Network> discoveryOrder() {
    return state.mapping().discovery();
  }

  @Override
  public Target resolve(Network origin, Address addressed) {
    return state.resolver().resolve(origin, addressed);
  }

  @Override
  public Optional<Reason> rejected(Address sender) {
    return state.resolver().rejected(sender);
  }

  @Override
  public Optional<Address> shownOn(Network viewer, Address party) {
    Faces faces = faces();
    if (party.network() == viewer) {
      return Optional.of(party);
    }
    if (party instanceof Address.Emsg && AccountName.isValid(party.local())) {
      Optional<Address> own =
          faces
              .home(party.domain())
              .flatMap(home -> Optional.ofNullable(home.shownOn().get(viewer)))
              .map(face -> on(viewer, party.local(), face));
      if (own.isPresent()) {
        return own;
      }
    } else if (faces.isOursOn(party.network(), party.domain())) {
      return Optional.empty();
    }
    return faces
        .face(party.network(), viewer)
        .flatMap(face -> aliases.shown(party).map(alias -> on(viewer, alias, face)));
  }

  @Override
  public Optional<Address.Emsg> shownAtHome(Address party) {
    if (party instanceof Address.Emsg emsg) {
      return Optional.of(emsg);
    }
    if (!isOurs(party.domain())
        && !party.local().isEmpty()
        && AddressParser.of(Network.EMSG, party.local(), party.domain())
            instanceof Parsed.Valid(Address.Emsg plain)
        && plain.local().equals(party.local())
        && !Lookalikes.mayMislead(plain.local())) {
      return Optional.of(plain);
    }
    return shownOn(Network.EMSG, party).map(alias -> (Address.Emsg) alias);
  }

  /// A readable form on a face becomes its alias, unless that would be a hashed one.
  private Address canonical(Address address) {
    Faces faces = faces();
    Optional<Network> subject = faces.subjectOf(address.domain());
    if (subject.isEmpty()) {
      return address;
    }
    return ReadableForms.read(address.network(), subject.get(), address.local())
        .map(named ->
            named instanceof Address.Emsg
                    && AccountName.isValid(named.local())
                    && faces.ownerOf(address.domain()).filter(named.domain()::equals).isPresent()
                ? named.local()
                : AliasEscape.escape(named.local(), named.domain()))
        .filter(alias -> !AliasEscape.isHashed(alias))
        .map(alias -> on(address.network(), alias, address.domain()))
        .orElse(address);
  }

  private static Address on(Network network, String local, String domain) {
    return switch (network) {
      case EMSG -> new Address.Emsg(local, domain);
      case XMPP -> new Address.Xmpp(local, domain);
      case SMTP -> new Address.Smtp(local, domain, local);
    };
  }
}
