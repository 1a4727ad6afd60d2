package org.emsg.gateway.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.IntakeStore;
import org.emsg.gateway.gateway.PlannedEnvelope;
import org.emsg.gateway.gateway.PlannedEnvelope.Learned;
import org.emsg.gateway.model.Reason;
import org.emsg.gateway.store.SeenRows.Sighting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The intake's transaction, in plain JDBC batches: it is what every message waits for.
///
/// Between two home users a message costs two rows, one that tells it from its duplicates and one
/// in the mailbox, and a share of the mailbox's counter row.
final class JdbcIntakeStore implements IntakeStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcIntakeStore.class);
  private static final Reason UNAVAILABLE =
      Reason.of(Reason.Kind.UNAVAILABLE, "The message cannot be stored at the moment.");
  private static final Reason INTERNAL =
      Reason.of(Reason.Kind.INTERNAL, "The message could not be stored.");

  private final Database database;
  private final Consumer<Learned> learned;

  /// @param learned told after the commit of what the batch taught about correspondents
  JdbcIntakeStore(Database database, Consumer<Learned> learned) {
    this.database = database;
    this.learned = learned;
  }

  @Override
  public List<Committed> commit(List<PlannedEnvelope> batch) {
    try {
      return together(batch);
    } catch (StoreFailure e) {
      if (!isInData(e)) {
        LOG.error("a batch of {} was not stored, its senders are asked to wait", batch.size(), e);
        return batch.stream().map(_ -> deferred(UNAVAILABLE)).toList();
      }
    } catch (RuntimeException e) {
      LOG.debug("a batch of {} goes one by one", batch.size(), e);
    }
    List<Committed> results = new ArrayList<>(batch.size());
    for (PlannedEnvelope planned : batch) {
      results.add(alone(planned));
    }
    return results;
  }

  private Committed alone(PlannedEnvelope planned) {
    String trace = planned.envelope().trace().value();
    try {
      return together(List.of(planned)).getFirst();
    } catch (Unstorable e) {
      return refused(e.reason());
    } catch (StoreFailure e) {
      if (isInData(e)) {
        LOG.warn("{} cannot be stored, its sender is refused", trace, e);
        return refused(INTERNAL);
      }
      LOG.error("{} was not stored, its sender is asked to wait", trace, e);
      return deferred(UNAVAILABLE);
    } catch (RuntimeException e) {
      LOG.error("{} could not be stored, its sender is asked to wait", trace, e);
      return deferred(INTERNAL);
    }
  }

  private List<Committed> together(List<PlannedEnvelope> batch) {
    List<Committed> results = database.write(transaction -> write(transaction, batch));
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).result() instanceof IntakeResult.Accepted) {
        batch.get(i).learned().forEach(learned);
      }
    }
    return results;
  }

  private static List<Committed> write(Transaction transaction, List<PlannedEnvelope> batch)
      throws SQLException {
    List<Sighting> sightings = SeenRows.record(transaction, batch);
    DeliveryRows rows = new DeliveryRows();
    List<Committed> results = new ArrayList<>(batch.size());
    for (int i = 0; i < sightings.size(); i++) {
      PlannedEnvelope planned = batch.get(i);
      results.add(
          switch (sightings.get(i)) {
            case Sighting.Fresh fresh -> {
              List<Arrival> arrivals = new ArrayList<>(fresh.deliveries().size());
              rows.add(planned, fresh.deliveries(), arrivals);
              yield new Committed(
                  new IntakeResult.Accepted(
                      planned.envelope().trace(), SeenRows.isForwarded(planned)),
                  arrivals);
            }
            case Sighting.Again again ->
                answer(new IntakeResult.Duplicate(again.first(), again.forwarded()));
            case Sighting.Conflict _ ->
                refused(
                    Reason.of(
                        Reason.Kind.CONFLICT,
                        "Another message of this sender has the same id and other content."));
          });
    }
    rows.write(transaction);
    return results;
  }

  private boolean isInData(StoreFailure failure) {
    return failure.getCause() instanceof SQLException cause && database.dialect().isInData(cause);
  }

  private static Committed refused(Reason reason) {
    return answer(new IntakeResult.Refused(reason));
  }

  private static Committed deferred(Reason reason) {
    return answer(new IntakeResult.Deferred(reason, Optional.empty()));
  }

  private static Committed answer(IntakeResult result) {
    return new Committed(result, List.of());
  }
}
