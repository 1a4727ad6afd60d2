package org.emsg.gateway.store;

import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.emsg.gateway.gateway.Blobs;
import org.emsg.gateway.model.BlobId;
import org.emsg.gateway.model.Bytes;

/// Attachments in the database.
final class JdbiBlobs implements Blobs {
  private static final int NAME_BYTES = 32;

  private final Database database;
  private final RandomGenerator random;

  /// @param random a secure one: to know a name is to have the content
  JdbiBlobs(Database database, RandomGenerator random) {
    this.database = database;
    this.random = random;
  }

  @Override
  public BlobId put(Bytes content, String name, String mediaType, Instant expires) {
    byte[] noise = new byte[NAME_BYTES];
    random.nextBytes(noise);
    BlobId id = new BlobId(Base64.getUrlEncoder().withoutPadding().encodeToString(noise));
    database.write(transaction ->
        transaction
            .jdbi()
            .createUpdate(
                "INSERT INTO blob (id, name, media_type, content, expires)"
                    + " VALUES (:id, :name, :type, :content, :expires)")
            .bind("id", id.value())
            .bind("name", name)
            .bind("type", mediaType)
            .bind("content", content.view())
            .bind("expires", expires.toEpochMilli())
            .execute());
    return id;
  }

  @Override
  public Optional<Blob> find(BlobId id) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery(
                "SELECT name, media_type, content, expires FROM blob"
                    + " WHERE id = :id AND expires > :now")
            .bind("id", id.value())
            .bind("now", transaction.now())
            .map((row, _) ->
                new Blob(
                    row.getString(1),
                    row.getString(2),
                    Bytes.wrap(row.getBytes(3)),
                    Instant.ofEpochMilli(row.getLong(4))))
            .findOne());
  }

  @Override
  public Optional<Kept> look(BlobId id) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery(
                "SELECT name, media_type, length(content), expires FROM blob"
                    + " WHERE id = :id AND expires > :now")
            .bind("id", id.value())
            .bind("now", transaction.now())
            .map((row, _) ->
                new Kept(
                    row.getString(1),
                    row.getString(2),
                    row.getLong(3),
                    Instant.ofEpochMilli(row.getLong(4))))
            .findOne());
  }

  @Override
  public Bytes part(BlobId id, long offset, int length) {
    return database.read(transaction ->
        transaction
            .jdbi()
            .createQuery(
                // Counted from one. PostgreSQL's substr takes integers only.
                "SELECT substr(content, CAST(:from AS INTEGER), CAST(:length AS INTEGER))"
                    + " FROM blob WHERE id = :id AND expires > :now")
            .bind("from", offset + 1)
            .bind("length", length)
            .bind("id", id.value())
            .bind("now", transaction.now())
            .map((row, _) -> Bytes.wrap(row.getBytes(1)))
            .findOne()
            .orElse(Bytes.wrap(new byte[0])));
  }
}
