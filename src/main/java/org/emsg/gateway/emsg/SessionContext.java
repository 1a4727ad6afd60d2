package org.emsg.gateway.emsg;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.emsg.gateway.home.Accounts;
import org.emsg.gateway.home.Mailboxes;

/// What all sessions of a server share.
///
/// @param keys for senders and servers elsewhere
/// @param inbox where messages go
/// @param budgets for the lines that are in memory
/// @param ticker nanoseconds, for what has to happen in time
/// @param blocking runs what waits for the store
record SessionContext(
    EmsgConfig config,
    EsmpCodec codec,
    Handshake handshake,
    Signatures signatures,
    AddressCache addresses,
    SenderKeys keys,
    OurKeys ourKeys,
    Accounts accounts,
    Mailboxes mailboxes,
    LiveSessions live,
    AckWriter acks,
    Inbox inbox,
    InputBudgets budgets,
    Lookups lookups,
    Executor workers,
    Executor blocking,
    Clock clock,
    LongSupplier ticker,
    SecureRandom random) {}
