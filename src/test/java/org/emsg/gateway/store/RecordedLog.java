package org.emsg.gateway.store;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/// What a class logs while this is open.
final class RecordedLog implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  private RecordedLog(Logger logger) {
    this.logger = logger;
    lines.start();
    logger.addAppender(lines);
  }

  static RecordedLog of(Class<?> source) {
    return new RecordedLog((Logger) LoggerFactory.getLogger(source));
  }

  /// Each line with the exception that it tells of, and its causes.
  String text() {
    return List.copyOf(lines.list).stream()
        .map(RecordedLog::text)
        .collect(Collectors.joining("\n"));
  }

  private static String text(ILoggingEvent line) {
    return line.getThrowableProxy() == null
        ? line.getFormattedMessage()
        : line.getFormattedMessage() + '\n' + ThrowableProxyUtil.asString(line.getThrowableProxy());
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
  }
}
