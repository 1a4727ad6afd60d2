package org.emsg.gateway.bench;

import java.nio.file.Files;
import java.util.Locale;

/// The mail rows of the benchmark by themselves: `mail-in`, `mail-out`, or both.
public final class MailBench {
  /// So many that the compiler has done its work: mail runs through much more code than chat.
  private static final int WARM_UP_IN = 50_000;

  private static final int WARM_UP_OUT = 20_000;

  private MailBench() {}

  /// Prints what it measures.
  public static void main(String[] args) throws Exception {
    String wanted = args.length == 0 ? "mail-in mail-out" : String.join(" ", args);
    if (wanted.contains("mail-in")) {
      print(
          "mail in", MailInBench.run(Files.createTempDirectory("emsg-bench"), WARM_UP_IN, 20_000));
    }
    if (wanted.contains("mail-out")) {
      print(
          "mail out",
          MailOutBench.run(Files.createTempDirectory("emsg-bench"), WARM_UP_OUT, 12_000));
    }
  }

  private static void print(String what, MailInBench.Rate rate) {
    System.out.printf(
        Locale.ROOT,
        "%-10s %,8.0f a second, %,8.0f per CPU-second of the gateway%n",
        what,
        rate.perSecond(),
        rate.perCpuSecond());
  }
}
