package org.emsg.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The house rules of `architecture.md`: who may import whom, and behind which fence each library
/// stays.
class ArchitectureTest {
  private static final String BASE = "org.emsg.gateway.";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.emsg.gateway");

  private static final Set<String> EDGE =
      Set.of("model", "address", "text", "crypto", "net", "home", "gateway");

  /// Package → the packages of ours that it may import.
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("model", Set.of()),
          Map.entry("address", Set.of("model")),
          Map.entry("text", Set.of("model")),
          Map.entry("crypto", Set.of("model")),
          Map.entry("net", Set.of("model")),
          Map.entry("policy", Set.of("model")),
          Map.entry("outbox", Set.of("model")),
          Map.entry("home", Set.of("model", "crypto")),
          Map.entry("gateway", Set.of("model", "address", "policy", "outbox", "home")),
          Map.entry("emsg", with(EDGE, "outbox")),
          Map.entry("xmpp", with(EDGE, "outbox")),
          Map.entry("smtp", with(EDGE, "outbox")),
          Map.entry(
              "store",
              Set.of("model", "address", "outbox", "home", "gateway", "emsg", "xmpp", "smtp")),
          Map.entry("console", allBut("store", "app", "cli")),
          Map.entry("cli", allBut("store")),
          Map.entry("app", allBut()));

  /// Library → the packages of ours that may use it.
  private static final Map<String, Set<String>> FENCES =
      Map.ofEntries(
          Map.entry("io.netty", Set.of("emsg", "net")),
          Map.entry("org.jivesoftware.smack", Set.of("xmpp")),
          Map.entry("org.jxmpp", Set.of("xmpp", "address")),
          Map.entry("jakarta.mail", Set.of("smtp")),
          Map.entry("org.subethamail", Set.of("smtp")),
          Map.entry("org.apache.james", Set.of("smtp")),
          Map.entry("org.xbill.DNS", Set.of("net")),
          Map.entry("org.bouncycastle", Set.of("crypto")),
          Map.entry("com.amazon.corretto", Set.of("crypto")),
          Map.entry("org.erdtman.jcs", Set.of("crypto")),
          Map.entry("org.jdbi", Set.of("store")),
          Map.entry("org.flywaydb", Set.of("store")),
          Map.entry("com.zaxxer.hikari", Set.of("store")),
          Map.entry("java.sql", Set.of("store")),
          Map.entry("com.ibm.icu", Set.of("address")),
          Map.entry("rocks.xmpp", Set.of("address")),
          Map.entry("org.jsoup", Set.of("text")),
          Map.entry(
              "org.apache.camel",
              Set.of("emsg", "xmpp", "smtp", "activitypub", "eko", "outbox", "app")),
          Map.entry("picocli", Set.of("cli", "app")));

  @TestFactory
  Stream<DynamicTest> everyPackageImportsOnlyWhatTheTableAllows() {
    Map<String, List<JavaClass>> byPackage =
        CLASSES.stream().collect(Collectors.groupingBy(ArchitectureTest::room));
    return byPackage.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
  }

  private static void check(String room, List<JavaClass> members) {
    assertThat(MAY_IMPORT).as("the table of packages").containsKey(room);
    List<String> faults = new ArrayList<>();
    for (JavaClass member : members) {
      member
          .getDirectDependenciesFromSelf()
          .forEach(dependency -> {
            JavaClass target = dependency.getTargetClass().getBaseComponentType();
            String other = room(target);
            if (!other.isEmpty()
                && !other.equals(room)
                && !MAY_IMPORT.getOrDefault(room, Set.of()).contains(other)) {
              faults.add(member.getName() + " imports " + target.getName());
            }
          });
    }
    assertThat(new TreeSet<>(faults)).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> everyLibraryStaysBehindItsFence() {
    return FENCES.entrySet().stream()
        .map(fence ->
            dynamicTest(
                fence.getKey(),
                () ->
                    noClasses()
                        .that()
                        .resideOutsideOfPackages(
                            fence.getValue().stream()
                                .map(room -> BASE + room + "..")
                                .toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(fence.getKey() + "..")
                        .check(CLASSES)));
  }

  @Test
  void packagesHaveNoCircles() {
    slices().matching(BASE + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nobodyPrintsButTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "cli..", BASE + "app..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void nobodySleepsOrReadsTheWallClockInLogic() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(CLASSES);
  }

  @Test
  void nothingIsNamedAfterWhatSaysNothing() {
    classes()
        .should()
        .haveSimpleNameNotEndingWith("Impl")
        .andShould()
        .haveSimpleNameNotEndingWith("Util")
        .andShould()
        .haveSimpleNameNotEndingWith("Utils")
        .andShould()
        .haveSimpleNameNotEndingWith("Helper")
        .andShould()
        .haveSimpleNameNotEndingWith("Manager")
        .check(CLASSES);
  }

  @Test
  void theModelHoldsValuesOnly() {
    classes()
        .that()
        .resideInAPackage(BASE + "model")
        .and()
        .areNotInterfaces()
        .should()
        .haveModifier(JavaModifier.FINAL)
        .orShould()
        .beEnums()
        .check(CLASSES);
  }

  private static String room(JavaClass type) {
    String name = type.getPackageName() + ".";
    if (!name.startsWith(BASE)) {
      return "";
    }
    String rest = name.substring(BASE.length());
    return rest.isEmpty() ? "" : rest.substring(0, rest.indexOf('.'));
  }

  private static Set<String> with(Set<String> base, String... more) {
    Set<String> all = new TreeSet<>(base);
    all.addAll(List.of(more));
    return all;
  }

  private static Set<String> allBut(String... excluded) {
    Set<String> all =
        new TreeSet<>(
            List.of(
                "model",
                "address",
                "text",
                "crypto",
                "net",
                "policy",
                "outbox",
                "home",
                "gateway",
                "emsg",
                "xmpp",
                "smtp",
                "activitypub",
                "eko",
                "store",
                "console",
                "cli",
                "app",
                "conform"));
    all.removeAll(List.of(excluded));
    return all;
  }
}
