/// Everything that is kept: the ports of `gateway`, `outbox`, `home` and `address` over SQLite or
/// PostgreSQL.
///
/// `app` opens a `Store` and hands its parts to whoever declared the ports; nobody else names this
/// package. It knows no network and no wire form: envelopes are opaque but for what a port asks
/// for. The hot path (`JdbcIntakeStore`) is plain JDBC over prepared batches, the rest is JDBI; the
/// two engines differ in `Dialect` only.
@NullMarked
package org.emsg.gateway.store;

import org.jspecify.annotations.NullMarked;
