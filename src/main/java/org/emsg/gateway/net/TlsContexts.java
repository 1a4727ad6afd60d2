package org.emsg.gateway.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// TLS 1.3 and 1.2 for servers and clients: Netty's contexts (BoringSSL where its library loads,
/// else the JDK's own), and the JDK's for what speaks over blocking sockets. Thread-safe.
///
/// Ask for a server context at each accepted connection: it is made once for each identity, and a
/// renewed certificate is served from the next connection on.
public final class TlsContexts {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private final Optional<Supplier<TlsIdentity>> identity;
  private final TrustedRoots roots;
  private final SslProvider provider;
  private final Map<List<String>, Renewed<SslContext>> nettyServers = new ConcurrentHashMap<>();
  private final Renewed<SSLContext> server =
      new Renewed<>(made -> newJdk(keys(made), new TrustManager[0]));

  /// @param identity who we are, asked again for each context
  public TlsContexts(Supplier<TlsIdentity> identity, TrustedRoots roots) {
    this(Optional.of(identity), roots);
  }

  private TlsContexts(Optional<Supplier<TlsIdentity>> identity, TrustedRoots roots) {
    this.identity = identity;
    this.roots = roots;
    // Contexts are replaced while connections still use them: the collector frees this kind.
    this.provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  /// Of a client that shows no certificate: it makes no servers.
  public static TlsContexts ofClient(TrustedRoots roots) {
    return new TlsContexts(Optional.empty(), roots);
  }

  private TlsIdentity ours() {
    return identity
        .orElseThrow(() -> new IllegalStateException("a client without a certificate"))
        .get();
  }

  /// `boringssl` or `jdk`: for the log and the benchmark.
  public String provider() {
    return provider == SslProvider.JDK ? "jdk" : "boringssl";
  }

  /// The certificate in use: what channel bindings are made of (RFC 5929 §4).
  public X509Certificate certificate() {
    return ours().certificate();
  }

  /// For a Netty server that speaks one of `alpn`, or a protocol known by its port where a client
  /// offers none of them.
  public SslContext nettyServer(String... alpn) {
    return nettyServers
        .computeIfAbsent(
            List.of(alpn), protocols -> new Renewed<>(made -> newNettyServer(made, protocols)))
        .of(ours());
  }

  /// For one connection of a Netty client. The check is part of the handshake; the caller sets SNI
  /// by the host that it gives to `newHandler`.
  public SslContext nettyClient(PeerCheck check, String... alpn) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(provider)
            .protocols(VERSIONS)
            .trustManager(new PeerTrust(check, roots))
            // The check names the names; Netty's own would insist on the host of the SNI.
            .endpointIdentificationAlgorithm(null)
            .applicationProtocolConfig(alpn(List.of(alpn)));
    identity
        .map(Supplier::get)
        .ifPresent(
            ours -> builder.keyManager(ours.key(), ours.chain().toArray(X509Certificate[]::new)));
    try {
      return builder.build();
    } catch (SSLException unusable) {
      throw new IllegalStateException("cannot set up TLS with our certificate", unusable);
    }
  }

  /// For a server over blocking sockets (SMTP's STARTTLS).
  public SSLContext server() {
    return server.of(ours());
  }

  /// For one connection of a client over blocking sockets.
  public SSLContext client(PeerCheck check) {
    return newJdk(
        identity.map(Supplier::get).map(TlsContexts::keys).orElseGet(() -> new KeyManager[0]),
        new TrustManager[] {new PeerTrust(check, roots)});
  }

  private SslContext newNettyServer(TlsIdentity of, List<String> protocols) {
    try {
      return SslContextBuilder.forServer(of.key(), of.chain().toArray(X509Certificate[]::new))
          .sslProvider(provider)
          .protocols(VERSIONS)
          .applicationProtocolConfig(alpn(protocols))
          .build();
    } catch (SSLException unusable) {
      throw new IllegalStateException("cannot set up TLS with our certificate", unusable);
    }
  }

  private static ApplicationProtocolConfig alpn(List<String> protocols) {
    return protocols.isEmpty()
        ? ApplicationProtocolConfig.DISABLED
        : new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }

  private static SSLContext newJdk(KeyManager[] keys, TrustManager[] trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IllegalStateException("cannot set up TLS with our certificate", unusable);
    }
  }

  private static KeyManager[] keys(TlsIdentity of) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      char[] none = {};
      store.setKeyEntry("tls", of.key(), none, of.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, none);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException | IOException unusable) {
      throw new IllegalStateException("cannot set up TLS with our certificate", unusable);
    }
  }

  /// A context, made anew when the identity is another.
  private static final class Renewed<T> {
    private final Function<TlsIdentity, T> making;
    private @Nullable TlsIdentity madeOf;
    private @Nullable T made;

    private Renewed(Function<TlsIdentity, T> making) {
      this.making = making;
    }

    private synchronized T of(TlsIdentity current) {
      T context = made;
      if (context == null || !current.equals(madeOf)) {
        context = making.apply(current);
        made = context;
        madeOf = current;
      }
      return context;
    }
  }
}
