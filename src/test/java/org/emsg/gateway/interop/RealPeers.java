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

    private static final String NO_ENGINE =
        "no container engine answers: tests with real peers need Docker";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (Engine.ANSWERS) {
        return enabled("a container engine answers");
      }
      if ("required".equals(System.getenv("EMSG_PEERS"))) {
        throw new IllegalStateException(
            NO_ENGINE + ", and EMSG_PEERS=required forbids to skip them");
      }
      return disabled(NO_ENGINE);
    }
  }

  /// Asked once a JVM: looking for an engine that is not there takes seconds.
  final class Engine {
    private static final boolean ANSWERS = DockerClientFactory.instance().isDockerAvailable();

    private Engine() {}
  }
}
