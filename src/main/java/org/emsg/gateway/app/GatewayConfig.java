package org.emsg.gateway.app;

import java.nio.file.Path;
import org.emsg.gateway.emsg.EmsgConfig;
import org.emsg.gateway.gateway.IntakeSettings;
import org.emsg.gateway.net.DnsConfig;
import org.emsg.gateway.outbox.OutboxSettings;
import org.emsg.gateway.policy.PolicySettings;
import org.emsg.gateway.smtp.SmtpConfig;
import org.emsg.gateway.store.StoreConfig;
import org.emsg.gateway.xmpp.XmppConfig;

/// Everything that `config/gateway.yaml` sets. Each part is documented where it is declared, and in
/// that file for operators.
///
/// @param data the directory that the gateway writes to; `data` unless set
/// @param routes the folder of the route files; `routes` unless set
/// @param mapping the address mapping; `mappings/addresses.yaml` unless set
public record GatewayConfig(
    Path data,
    Path routes,
    Path mapping,
    HttpConfig http,
    FilesConfig files,
    EmsgConfig emsg,
    XmppConfig xmpp,
    SmtpConfig smtp,
    StoreConfig store,
    TlsConfig tls,
    DnsConfig dns,
    OutboundConfig outbound,
    PolicySettings policy,
    IntakeSettings intake,
    OutboxSettings outbox) {}
