/// What may pass: sizes, rates, blocks, loops, and the relay rule. Each answers with a `Verdict`.
///
/// The intake asks it before it plans, and while it plans. It knows `model` only: what rules and
/// home domains say is told to it by whoever asks.
@NullMarked
package org.emsg.gateway.policy;

import org.jspecify.annotations.NullMarked;
