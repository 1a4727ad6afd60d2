package org.emsg.gateway.app.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.emsg.gateway.net.Cidr;

/// The values that a single word of the file can be. Whatever is not one is an
/// [IllegalArgumentException] that says what is allowed.
final class Values {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18}) ?([a-zA-Z]*)");
  private static final Map<String, TemporalUnit> TIMES =
      Map.of(
          "ms", ChronoUnit.MILLIS,
          "s", ChronoUnit.SECONDS,
          "min", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS);
  private static final Map<String, Long> SIZES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private Values() {}

  /// Whether a component of this type is a group of settings rather than one.
  static boolean isGroup(Class<?> type) {
    return type.isRecord() && type != Cidr.class;
  }

  static Object read(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    }
    if (type == int.class || type == Integer.class) {
      long amount = amount(text);
      if (amount > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(quoted(text) + " is more than " + Integer.MAX_VALUE);
      }
      return (int) amount;
    }
    if (type == long.class || type == Long.class) {
      return amount(text);
    }
    if (type == boolean.class || type == Boolean.class) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException(quoted(text) + " is neither true nor false");
      };
    }
    if (type == Duration.class) {
      return duration(text);
    }
    if (type == double.class || type == Double.class) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException notOne) {
        throw new IllegalArgumentException(quoted(text) + " is no number", notOne);
      }
    }
    if (type == URI.class) {
      return URI.create(text);
    }
    if (type == Path.class) {
      return Path.of(text);
    }
    if (type == InetSocketAddress.class) {
      return socketAddress(text);
    }
    if (type == Cidr.class) {
      return Cidr.parse(text);
    }
    if (type.isEnum()) {
      return constant(type, text);
    }
    throw new IllegalStateException("no setting can be a " + type.getName());
  }

  private static long amount(String text) {
    Matcher amount = AMOUNT.matcher(text.replace("_", ""));
    Long unit = amount.matches() ? SIZES.get(amount.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          quoted(text) + " is no number (sizes may have KiB, MiB or GiB after it)");
    }
    try {
      return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
    } catch (ArithmeticException tooMuch) {
      throw new IllegalArgumentException(quoted(text) + " is too large", tooMuch);
    }
  }

  private static Duration duration(String text) {
    Matcher amount = AMOUNT.matcher(text);
    TemporalUnit unit = amount.matches() ? TIMES.get(amount.group(2)) : null;
    if (unit == null || amount.group(1).length() > 9) {
      throw new IllegalArgumentException(
          quoted(text) + " is no length of time: a number and ms, s, min, h or d");
    }
    return Duration.of(Long.parseLong(amount.group(1)), unit);
  }

  private static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    String fault = quoted(text) + " is no address and port, such as 127.0.0.1:53 or [::1]:53";
    try {
      String host = text.substring(0, Math.max(colon, 0));
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return new InetSocketAddress(
          InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException notOne) {
      throw new IllegalArgumentException(fault, notOne);
    }
  }

  private static Object constant(Class<?> type, String text) {
    Object[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> label(constant).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                quoted(text)
                    + " is none of "
                    + Arrays.stream(constants)
                        .map(Values::label)
                        .collect(Collectors.joining(", "))));
  }

  private static String label(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String quoted(String text) {
    return '"' + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + '"';
  }
}
