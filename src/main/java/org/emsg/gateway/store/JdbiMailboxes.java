package org.emsg.gateway.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.emsg.gateway.home.MailboxEntry;
import org.emsg.gateway.home.Mailboxes;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.TraceId;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/// Mailboxes as rows that are read in the order of their cursors.
final class JdbiMailboxes implements Mailboxes {
  /// A page holds no more than this, however many entries were asked for, so that a mailbox full of
  /// large messages costs bounded memory; always at least one entry.
  private static final long PAGE_BYTES = 4L << 20;

  private static final int MAX_DEVICE_NAME = 64;

  private final Database database;

  JdbiMailboxes(Database database) {
    this.database = database;
  }

  @Override
  public List<MailboxEntry> read(Address.Emsg account, long since, int limit) {
    return database.read(transaction -> {
      Handle jdbi = transaction.jdbi();
      Optional<Long> number = number(jdbi, account);
      if (number.isEmpty()) {
        return List.of();
      }
      return page(jdbi, number.get(), since, limit);
    });
  }

  private static List<MailboxEntry> page(Handle jdbi, long account, long since, int limit) {
    try (var rows =
        jdbi.createQuery(
                "SELECT cursor, trace, line FROM mailbox_entry"
                    + " WHERE account = :account AND cursor > :since"
                    + " ORDER BY cursor LIMIT :limit")
            .bind("account", account)
            .bind("since", since)
            .bind("limit", limit)
            .setFetchSize(64)
            .map((row, _) ->
                new MailboxEntry(
                    row.getLong(1), new TraceId(row.getString(2)), Bytes.wrap(row.getBytes(3))))
            .iterator()) {
      List<MailboxEntry> page = new ArrayList<>();
      long bytes = 0;
      while (bytes < PAGE_BYTES && rows.hasNext()) {
        MailboxEntry entry = rows.next();
        bytes += entry.line().size();
        page.add(entry);
      }
      return page;
    }
  }

  @Override
  public long head(Address.Emsg account) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery("SELECT head FROM account WHERE address = :address")
            .bind("address", account.text())
            .mapTo(Long.class)
            .findOne()
            .orElse(0L));
  }

  @Override
  public Map<Address.Emsg, Long> heads(Collection<Address.Emsg> accounts) {
    return database.read(transaction -> {
      Map<Address.Emsg, Long> heads = new HashMap<>();
      Named.each(
          accounts,
          some ->
              transaction
                  .jdbi()
                  .createQuery("SELECT address, head FROM account WHERE address IN (<addresses>)")
                  .bindList("addresses", List.copyOf(some.keySet()))
                  .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
                  .forEach(head -> heads.put(Named.of(some, head.getKey()), head.getValue())));
      return heads;
    });
  }

  @Override
  public boolean mayBeShared() {
    return database.dialect() instanceof Dialect.Postgresql;
  }

  @Override
  public long acknowledged(Address.Emsg account, String device) {
    requireName(device);
    Optional<Long> known =
        database.read(transaction -> cursor(transaction.jdbi(), account, device));
    if (known.isPresent()) {
      return known.get();
    }
    return database.write(transaction -> {
      Handle jdbi = transaction.jdbi();
      jdbi.createUpdate(
              "INSERT INTO device (account, name, cursor)"
                  + " SELECT id, :name, 0 FROM account WHERE address = :address"
                  + " ON CONFLICT (account, name) DO NOTHING")
          .bind("name", device)
          .bind("address", account.text())
          .execute();
      return cursor(jdbi, account, device).orElse(0L);
    });
  }

  /// An acknowledgement beyond the newest entry is one of the newest: what comes later is not
  /// acknowledged by it.
  @Override
  public void acknowledge(Map<DeviceRef, Long> cursors) {
    if (cursors.isEmpty()) {
      return;
    }
    List<DeviceRef> sorted = new ArrayList<>(cursors.keySet());
    sorted.forEach(ref -> requireName(ref.device()));
    sorted.sort(
        Comparator.comparing((DeviceRef ref) -> ref.account().text())
            .thenComparing(DeviceRef::device));
    database.write(transaction -> {
      PreparedBatch batch =
          transaction
              .jdbi()
              .prepareBatch(
                  "INSERT INTO device (account, name, cursor)"
                      + " SELECT id, :name, CASE WHEN :cursor < head THEN :cursor ELSE head END"
                      + " FROM account WHERE address = :address"
                      + " ON CONFLICT (account, name) DO UPDATE SET cursor = excluded.cursor"
                      + " WHERE excluded.cursor > device.cursor");
      for (DeviceRef ref : sorted) {
        batch
            .bind("name", ref.device())
            .bind("cursor", Math.max(0L, cursors.getOrDefault(ref, 0L)))
            .bind("address", ref.account().text())
            .add();
      }
      return batch.execute();
    });
  }

  private static Optional<Long> cursor(Handle jdbi, Address.Emsg account, String device) {
    return jdbi.createQuery(
            "SELECT d.cursor FROM device d JOIN account a ON a.id = d.account"
                + " WHERE a.address = :address AND d.name = :name")
        .bind("address", account.text())
        .bind("name", device)
        .mapTo(Long.class)
        .findOne();
  }

  static Optional<Long> number(Handle jdbi, Address.Emsg account) {
    return jdbi.createQuery("SELECT id FROM account WHERE address = :address")
        .bind("address", account.text())
        .mapTo(Long.class)
        .findOne();
  }

  private static void requireName(String device) {
    if (device.isEmpty()
        || device.length() > MAX_DEVICE_NAME
        || !device.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("a device name is 1 to 64 printable ASCII characters");
    }
  }
}
