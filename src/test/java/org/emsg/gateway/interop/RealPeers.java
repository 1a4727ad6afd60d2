package org.emsg.gateway.interop;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/// Marks a test that needs a container engine. Where none answers it is skipped with a line that
/// says so; with `EMSG_PEERS=required` in the environment it fails instead, so that a build which
/// promises these tests cannot pass without them.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("interop")
@ExtendWith(RealPeers.Condition.class)
public @interface RealPeers {

  /// Asked before a class is set up, so that no container starts for a test that is skipped.
  final class Condition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (Engine.ANSWERS) {
        return enabled("a container engine answers");
      }
      if ("required".equals(System.getenv("EMSG_PEERS"))) {
        throw new IllegalStateException(
            Engine.NONE + ", and EMSG_PEERS=required forbids to skip them");
      }
      return disabled(Engine.NONE);
    }
  }

  /// Asked once a JVM, and said once: looking for an engine that is not there takes seconds.
  final class Engine {
    private static final String NONE =
        "no container engine answers: tests with real peers need Docker";
    private static final boolean ANSWERS = look();

    private Engine() {}

    private static boolean look() {
      boolean answers = DockerClientFactory.instance().isDockerAvailable();
      if (!answers) {
        LoggerFactory.getLogger(RealPeers.class).warn(NONE);
      }
      return answers;
    }
  }
}
