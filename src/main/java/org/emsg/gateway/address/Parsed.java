package org.emsg.gateway.address;

import org.emsg.gateway.model.Address;

/// What reading an address from outside gave.
public sealed interface Parsed {
  /// It is one, and this is its normal form.
  record Valid(Address address) implements Parsed {}

  /// It is none. `why` is a sentence for whoever wrote it; it repeats nothing of the input.
  record Invalid(String why) implements Parsed {}
}
