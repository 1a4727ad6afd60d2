/// Fuzz targets, one for each parser that reads what strangers send, and what runs them.
///
/// A target is a class `<Name>Fuzz` with `public static void fuzzerTestOneInput(byte[])`: it throws
/// where a promise is broken, and returns for every input that is refused as documented. What takes
/// long at first, a `public static void fuzzerInitialize()` does. Its seeds, one file an input, lie
/// under `src/test/resources/fuzz/<name>/` (`EsmpLineFuzz`: `esmp-line`). `FuzzSeedsTest` runs each
/// seed once; `FuzzIT` gives each target to Jazzer for `fuzz.seconds`.
@NullMarked
package org.emsg.gateway.fuzz;

import org.jspecify.annotations.NullMarked;
