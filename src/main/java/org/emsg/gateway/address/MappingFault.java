package org.emsg.gateway.address;

/// Something in the mapping file that cannot be taken.
///
/// @param line from 1; 0 where no line can be named
/// @param what where it is, what is wrong with it and what is allowed
public record MappingFault(int line, String what) {
  @Override
  public String toString() {
    return line > 0 ? "line " + line + ": " + what : what;
  }
}
