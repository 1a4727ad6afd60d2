package org.emsg.gateway.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.emsg.gateway.emsg.EsmpClient.Answer;

/// Somebody who writes a numbered series of messages to one recipient, as fast as they are allowed
/// to, and takes nothing but success for an answer: whatever was not answered when the connection
/// broke is sent again, as it was signed, and in order.
final class TirelessWriter {

  private static final int WINDOW = 32;
  private static final int PATIENCE = 20;

  private final EmsgUser user;
  private final String recipient;
  private final List<String> texts;
  private final Semaphore allowed = new Semaphore(0);
  private final FutureTask<Integer> work;
  private final AtomicInteger answered = new AtomicInteger();
  private int repeated;

  /// Starts to write `name-1` … `name-count`; nothing is sent before [#allow(int)].
  TirelessWriter(EmsgUser user, String recipient, String name, int count) {
    this.user = user;
    this.recipient = recipient;
    this.texts = series(name, count);
    this.work = new FutureTask<>(this::write);
    Thread.ofPlatform().daemon().name("writer-" + name).start(work);
  }

  /// `name-1` … `name-count`.
  static List<String> series(String name, int count) {
    List<String> texts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      texts.add(name + "-" + i);
    }
    return List.copyOf(texts);
  }

  List<String> texts() {
    return texts;
  }

  /// Lets so many more messages be sent.
  void allow(int messages) {
    allowed.release(messages);
  }

  /// Waits until so many have been answered with success.
  void awaitAnswered(int messages) {
    Awaitility.await(user.address() + " to have " + messages + " messages accepted")
        .atMost(2, TimeUnit.MINUTES)
        .pollDelay(0, TimeUnit.MILLISECONDS)
        .pollInterval(20, TimeUnit.MILLISECONDS)
        .until(() -> answered.get() >= messages || work.isDone());
  }

  /// Waits until all have been answered with success.
  ///
  /// @return how many were sent more than once
  int awaitEnd() {
    try {
      return work.get(5, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(user.address() + " could not write", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private int write() throws InterruptedException {
    List<byte[]> signed = new ArrayList<>();
    int done = 0;
    while (done < texts.size()) {
      while (signed.size() < texts.size()
          && signed.size() < done + WINDOW
          && (allowed.tryAcquire() || (signed.size() == done && acquire()))) {
        signed.add(user.sign(user.draft(recipient, texts.get(signed.size()))));
      }
      done += send(signed.subList(done, signed.size()));
      answered.set(done);
    }
    return repeated;
  }

  private boolean acquire() throws InterruptedException {
    allowed.acquire();
    return true;
  }

  /// How many of them, from the first on, were answered with success.
  private int send(List<byte[]> messages) throws InterruptedException {
    List<Future<Answer>> answers = new ArrayList<>();
    int done = 0;
    try {
      for (byte[] message : messages) {
        answers.add(user.sendSigned(message).toCompletableFuture());
      }
      for (Future<Answer> answer : answers) {
        if (!answer.get(PATIENCE, TimeUnit.SECONDS).isSuccess()) {
          throw new IllegalStateException(
              "answered with " + answer.get(PATIENCE, TimeUnit.SECONDS));
        }
        done++;
      }
    } catch (ExecutionException | TimeoutException lost) {
      repeated += messages.size() - done;
      reconnect();
    }
    return done;
  }

  private void reconnect() {
    Awaitility.await(user.address() + " to be online again")
        .atMost(90, TimeUnit.SECONDS)
        .pollInterval(100, TimeUnit.MILLISECONDS)
        .pollDelay(0, TimeUnit.MILLISECONDS)
        .ignoreExceptions()
        .until(() -> {
          user.connect();
          return true;
        });
  }
}
