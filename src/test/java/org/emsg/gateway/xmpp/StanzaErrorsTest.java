package org.emsg.gateway.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.emsg.gateway.model.Outcome;
import org.emsg.gateway.model.Reason;
import org.jivesoftware.smack.packet.StanzaError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StanzaErrorsTest {
  @ParameterizedTest
  @EnumSource(Reason.Kind.class)
  void tellsEachReasonAsTheDocumentedConditionOfItsType(Reason.Kind kind) throws IOException {
    StanzaError error = StanzaErrors.toError(Reason.of(kind, "Because."), false);
    assertThat(error.getDescriptiveText("en")).isEqualTo("Because.");
    assertThat(page())
        .contains(
            "| `%s` | `%s` | `%s` |"
                .formatted(
                    kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    error.getCondition(),
                    error.getType()));
    assertThat(StanzaErrors.toError(Reason.of(kind, "Later."), true).getType())
        .isEqualTo(StanzaError.Type.WAIT);
  }

  @ParameterizedTest
  @EnumSource(StanzaError.Condition.class)
  void readsEachConditionAsTheDocumentedReason(StanzaError.Condition condition) throws IOException {
    StanzaError error = StanzaError.getBuilder(condition).setType(StanzaError.Type.CANCEL).build();
    Reason reason = StanzaErrors.toReason(error);
    assertThat(reason.status()).contains(condition.toString());
    assertThat(page())
        .contains(
            "| `%s` | `%s` |"
                .formatted(
                    condition, reason.kind().name().toLowerCase(Locale.ROOT).replace('_', '-')));
  }

  @Test
  void waitsOnlyWhereTheErrorSaysSo() {
    assertThat(StanzaErrors.toOutcome(error(StanzaError.Type.WAIT)))
        .isInstanceOf(Outcome.Deferred.class);
    assertThat(StanzaErrors.toOutcome(error(StanzaError.Type.CANCEL)))
        .isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void takesAServerThatIsAwayForNoMissingUser() {
    StanzaError away =
        StanzaError.getBuilder(StanzaError.Condition.service_unavailable)
            .setType(StanzaError.Type.WAIT)
            .build();
    assertThat(StanzaErrors.toReason(away).kind()).isEqualTo(Reason.Kind.UNAVAILABLE);
  }

  @Test
  void keepsNoMoreOfAForeignTextThanOneLine() {
    StanzaError error =
        StanzaError.from(
                StanzaError.Condition.gone, "line\r\nTo: victim@x\u0000\u202e" + "x".repeat(5000))
            .setType(StanzaError.Type.CANCEL)
            .build();
    assertThat(StanzaErrors.toReason(error).text())
        .startsWith("line To: victim@x")
        .hasSizeLessThanOrEqualTo(300)
        .doesNotContain("\n", "\u202e");
  }

  private static StanzaError error(StanzaError.Type type) {
    return StanzaError.getBuilder(StanzaError.Condition.resource_constraint).setType(type).build();
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("src/site/markdown/xmpp.md"));
  }
}
