package org.emsg.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `./mvnw` in a directory of its own, with a home, a JDK, a `curl` and a `mvn` that are made up.
@EnabledOnOs({OS.LINUX, OS.MAC})
class MvnwTest {
  private static final String SAYS_ITS_JDK = "#!/bin/sh\necho \"$0 on $JAVA_HOME: $*\"\n";

  @TempDir Path folder;

  private Path project;
  private Path home;
  private Path bin;
  private Path jdk25;
  private Path jdk17;

  @BeforeEach
  void prepare() throws Exception {
    project = Files.createDirectories(folder.resolve("project"));
    home = Files.createDirectories(folder.resolve("home"));
    bin = Files.createDirectories(folder.resolve("bin"));
    jdk25 = jdk("jdk-25", "25.0.1");
    jdk17 = jdk("jdk-17", "17.0.15");
    Files.copy(Path.of("mvnw"), project.resolve("mvnw"));
    executable(project.resolve("mvnw"), Files.readString(Path.of("mvnw")));
    properties("https://downloads.invalid/apache-maven-3.9.9-bin.tar.gz", "00");
    executable(bin.resolve("curl"), "#!/bin/sh\nexit 6\n");
    executable(bin.resolve("mvn"), mvn("3.8.7"));
  }

  @Test
  void withoutASiteItFallsBackOnAnInstalledMavenAndRemembersForAWhile() throws Exception {
    Ran ran = run(jdk25, "verify");
    assertThat(ran.text()).isEqualTo(bin.resolve("mvn") + " on " + jdk25 + ": verify");
    // The second run does not ask again: this curl would be noticed.
    executable(bin.resolve("curl"), "#!/bin/sh\necho asked >&2\nexit 6\n");
    assertThat(run(jdk25, "verify").text()).doesNotContain("asked");
  }

  @Test
  void aJavaHomeThatIsTooOldIsPassedOver() throws Exception {
    Path sdkman = Files.createDirectories(home.resolve(".sdkman/candidates/java"));
    Files.createSymbolicLink(sdkman.resolve("25-tem"), jdk25);
    Ran ran = run(jdk17, "-v");
    assertThat(ran.code()).as(ran.text()).isZero();
    assertThat(ran.text()).doesNotContain("jdk-17");
  }

  @Test
  void aDistributionThatAWrapperInstalledIsUsed() throws Exception {
    Path there =
        Files.createDirectories(
            home.resolve(".m2/wrapper/dists/apache-maven-3.9.9-bin/1a2b/x/bin"));
    executable(there.resolve("mvn"), SAYS_ITS_JDK);
    assertThat(run(jdk25, "test").text()).startsWith(there.resolve("mvn") + " on " + jdk25);
  }

  @Test
  void aDownloadThatIsTheRightOneIsUnpackedAndRun() throws Exception {
    Path archive = archive();
    properties("https://downloads.invalid/apache-maven-3.9.9-bin.tar.gz", sha512(archive));
    executable(
        bin.resolve("curl"),
        "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\ncp " + archive + " \"$2\"\n");
    assertThat(run(jdk25, "test").text()).contains("/.m2/wrapper/dists/apache-maven-3.9.9/");
    executable(bin.resolve("curl"), "#!/bin/sh\nexit 6\n");
    assertThat(run(jdk25, "test").text())
        .as("the second run needs no download")
        .contains("/.m2/wrapper/dists/apache-maven-3.9.9/");
  }

  @Test
  void aDownloadThatIsAnotherIsNotUnpacked() throws Exception {
    Path archive = archive();
    properties("https://downloads.invalid/apache-maven-3.9.9-bin.tar.gz", "00");
    executable(
        bin.resolve("curl"),
        "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\ncp " + archive + " \"$2\"\n");
    Ran ran = run(jdk25, "test");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.text())
        .contains("is not the archive that .mvn/wrapper/maven-wrapper.properties");
  }

  @Test
  void anInstalledMavenThatIsTooOldIsRefusedInOneLine() throws Exception {
    executable(bin.resolve("mvn"), mvn("3.6.3"));
    Ran ran = run(jdk25, "test");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.text()).contains("3.6.3").contains("3.8.6 or newer").doesNotContain("\n");
    for (String good : new String[] {"3.8.6", "3.9.0", "3.10.1", "4.0.0-rc-4"}) {
      executable(bin.resolve("mvn"), mvn(good));
      assertThat(run(jdk25, "test").code()).as(good).isZero();
    }
  }

  private Path jdk(String name, String version) throws Exception {
    Path jdk = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(jdk.resolve("bin"));
    executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return jdk;
  }

  private static String mvn(String version) {
    return "#!/bin/sh\n[ \"$2\" = -v ] && { echo 'Apache Maven "
        + version
        + "'; exit; }\n"
        + "echo \"$0 on $JAVA_HOME: $*\"\n";
  }

  private Path archive() throws Exception {
    Path inside = Files.createDirectories(folder.resolve("apache-maven-3.9.9/bin"));
    executable(inside.resolve("mvn"), SAYS_ITS_JDK);
    Path archive = folder.resolve("archive.tar.gz");
    Process tar =
        new ProcessBuilder(
                "tar", "-czf", archive.toString(), "-C", folder.toString(), "apache-maven-3.9.9")
            .start();
    assertThat(tar.waitFor()).isZero();
    return archive;
  }

  private void properties(String url, String sha512) throws Exception {
    Path file = project.resolve(".mvn/wrapper/maven-wrapper.properties");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "distributionUrl=" + url + "\ndistributionSha512Sum=" + sha512 + "\n");
  }

  private static String sha512(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private static void executable(Path file, String text) throws Exception {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ran run(Path javaHome, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(project.resolve("mvnw").toString());
    builder.command().addAll(List.of(arguments));
    builder.redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("MAVEN") || name.startsWith("MVN"));
    environment.put("HOME", home.toString());
    environment.put("JAVA_HOME", javaHome.toString());
    environment.put("PATH", bin + ":/usr/bin:/bin");
    environment.remove("SDKMAN_DIR");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), text.strip());
  }

  private record Ran(int code, String text) {}
}
