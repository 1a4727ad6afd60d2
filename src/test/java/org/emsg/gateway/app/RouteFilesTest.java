package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteFilesTest {
  private static final String POLITE =
      """
      - route:
          id: greet
          from:
            uri: direct:greet
            steps:
              - process: {ref: greeting}
      """;
  private static final String LOUD = POLITE.replace("greeting", "shouting");

  @TempDir Path folder;

  private DefaultCamelContext camel;
  private ProducerTemplate caller;
  private RouteFiles routes;

  @BeforeEach
  void start() throws Exception {
    camel = new DefaultCamelContext();
    bind("greeting", "good day");
    bind("shouting", "GOOD DAY");
    camel.start();
    caller = camel.createProducerTemplate();
    routes = new RouteFiles(camel, folder);
    write("greet.yaml", POLITE);
    routes.load();
  }

  @AfterEach
  void stop() {
    camel.stop();
  }

  @Test
  void aChangedFileIsInForceAfterTheNextLook() throws Exception {
    assertThat(said()).isEqualTo("good day");
    write("greet.yaml", LOUD);
    routes.reload();
    assertThat(said()).isEqualTo("GOOD DAY");
    assertThat(camel.getRoutes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- route: {id: greet, from: {uri: 'direct:greet', steps: [process: {ref: nobody}]}}",
        "- route: {id: greet, from: {uri: 'nowhere:greet', steps: []}}",
        "- route: {id: greet, from: {uri: 'direct:greet', steps: [to: 'nowhere:at-all']}}",
        "- route: {id: greet, form: {uri: 'direct:greet'}}",
        "- route: {from: {uri: 'direct:greet', steps: [process: {ref: shouting}]}}",
        "- route: [",
        "nothing of the kind",
      })
  void aBrokenFileIsRefusedWithTheOldRouteStillRunning(String broken) throws Exception {
    write("greet.yaml", broken);
    routes.reload();
    assertThat(said()).isEqualTo("good day");
    assertThat(routes.routes()).containsExactly(Map.entry("greet.yaml", Set.of("greet")));
  }

  @Test
  void aRepairedFileIsTaken() throws Exception {
    write("greet.yaml", "- route: [");
    routes.reload();
    write("greet.yaml", LOUD);
    routes.reload();
    assertThat(said()).isEqualTo("GOOD DAY");
  }

  @Test
  void aNewFileAddsItsRoutesAndOneThatIsGoneTakesThemAlong() throws Exception {
    write("part.yaml", POLITE.replace("greet", "part").replace("parting", "shouting"));
    routes.reload();
    assertThat(caller.requestBody("direct:part", "", String.class)).isEqualTo("GOOD DAY");
    Files.delete(folder.resolve("part.yaml"));
    routes.reload();
    assertThat(routes.routes()).containsOnlyKeys("greet.yaml");
    assertThat(camel.getRoute("part")).isNull();
  }

  @Test
  void aRouteIdBelongsToOneFile() throws Exception {
    write("other.yaml", LOUD.replace("direct:greet", "direct:other"));
    routes.reload();
    assertThat(said()).isEqualTo("good day");
    assertThat(routes.routes()).containsOnlyKeys("greet.yaml");
  }

  @Test
  void aBrokenFileStopsTheStart() throws Exception {
    write("greet.yaml", POLITE.replace("greeting", "nobody"));
    assertThatThrownBy(() -> new RouteFiles(camel, folder).load())
        .isInstanceOf(RouteFault.class)
        .hasMessageStartingWith("routes/greet.yaml: ")
        .hasMessageContaining("nobody");
  }

  private String said() {
    return caller.requestBody("direct:greet", "", String.class);
  }

  private void write(String name, String yaml) throws Exception {
    Files.writeString(folder.resolve(name), yaml);
  }

  private void bind(String name, String text) {
    Processor says = exchange -> exchange.getMessage().setBody(text);
    camel.getRegistry().bind(name, Processor.class, says);
  }
}
