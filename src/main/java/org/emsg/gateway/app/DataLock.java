package org.emsg.gateway.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Sees to it that one gateway works on a data directory: by a lock of the operating system, which
/// ends with the process however that ends.
final class DataLock implements AutoCloseable {
  private final FileChannel file;

  private DataLock(FileChannel file) {
    this.file = file;
  }

  /// @throws IOException where another gateway has it, or the directory cannot be written to
  static DataLock take(Path data) throws IOException {
    FileChannel file =
        FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (isTaken(file)) {
      file.close();
      throw new IOException("another gateway works on " + data.toAbsolutePath());
    }
    return new DataLock(file);
  }

  private static boolean isTaken(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException inThisProcess) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
