package org.emsg.gateway.smtp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.emsg.gateway.address.Addressing;
import org.emsg.gateway.address.MappedAddressing;
import org.emsg.gateway.fixtures.FakeBlobs;
import org.emsg.gateway.fixtures.FakeClock;
import org.emsg.gateway.fixtures.FakeDns;
import org.emsg.gateway.fixtures.RememberedAliases;
import org.emsg.gateway.fixtures.World;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.model.Address;
import org.emsg.gateway.model.Bytes;
import org.emsg.gateway.model.Envelope;
import org.emsg.gateway.model.TraceId;
import org.emsg.gateway.smtp.auth.SenderChecks;

/// The inbound steps without a wire: bytes in, envelope or refusal out.
final class MailInbound {
  final FakeDns dns = new FakeDns();
  final FakeBlobs blobs = new FakeBlobs();
  private final Addressing addressing = MappedAddressing.of(World.MAPPING, new RememberedAliases());
  private final SmtpVerifier verifier =
      new SmtpVerifier(
          new SenderChecks(dns, FakeClock.atNoon(), List.of(), Duration.ofSeconds(5)),
          addressing,
          SmtpConfig.Unaligned.DELIVER);
  private final MailToModel toModel =
      new MailToModel(
          addressing, new MailSite.MemoryIds(), blobs, new Subjects(), Duration.ofDays(30));

  /// What became of a mail.
  sealed interface Result {
    record Taken(Envelope envelope) implements Result {}

    record Stopped(IntakeResult result) implements Result {}
  }

  Result receive(byte[] content) {
    return receive(content, "192.0.2.1", "erin@mail.test");
  }

  Result receive(byte[] content, String client, String reversePath) {
    ReceivedMail mail =
        new ReceivedMail(
            TraceId.next(World.NOON, new SplittableRandom(1)),
            World.NOON,
            InetAddress.ofLiteral(client),
            "mx.mail.test",
            Optional.empty(),
            reversePath,
            List.of(
                new ReceivedMail.Recipient.Person(new Address.Smtp("alice", "a.test", "alice"))),
            Bytes.wrap(content));
    return switch (verifier.verify(mail)) {
      case SmtpVerifier.Verified.Stopped stopped -> new Result.Stopped(stopped.result());
      case SmtpVerifier.Verified.Passed passed ->
          switch (toModel.toModel(passed.mail())) {
            case MailToModel.Translated.Message message -> new Result.Taken(message.envelope());
            case MailToModel.Translated.Refused refused ->
                new Result.Stopped(new IntakeResult.Refused(refused.reason()));
            case MailToModel.Translated.Nothing _ ->
                new Result.Stopped(new IntakeResult.Accepted(mail.trace(), false));
          };
    };
  }
}
