/// The words of the house: envelopes, events, addresses, identifiers and outcomes.
///
/// Everybody reads this package; it knows nobody. It holds immutable values only: no I/O, no
/// library but the JDK, no normalisation (that is `address`), no wire form (that is each edge).
@NullMarked
package org.emsg.gateway.model;

import org.jspecify.annotations.NullMarked;
