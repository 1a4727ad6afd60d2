package org.emsg.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.emsg.gateway.net.Dns.Mx;
import org.emsg.gateway.net.Dns.Srv;
import org.junit.jupiter.api.Test;

class SrvTargetsTest {
  private static final Srv FIRST = new Srv(5, 0, 5888, "first.test");
  private static final Srv LIGHT = new Srv(10, 10, 5888, "light.test");
  private static final Srv HEAVY = new Srv(10, 90, 5888, "heavy.test");
  private static final Srv NEVER_MIND = new Srv(10, 0, 5888, "zero.test");

  @Test
  void lowerPriorityAlwaysComesFirst() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(SrvTargets.order(List.of(HEAVY, LIGHT, FIRST), new Random(seed)))
          .startsWith(FIRST)
          .containsExactlyInAnyOrder(FIRST, LIGHT, HEAVY);
    }
  }

  @Test
  void withinAPriorityWeightDecidesHowOftenOneIsFirst() {
    Random random = new Random(1);
    long heavyFirst =
        IntStream.range(0, 10_000)
            .filter(i -> SrvTargets.order(List.of(LIGHT, HEAVY), random).getFirst().equals(HEAVY))
            .count();
    assertThat(heavyFirst).isBetween(8_700L, 9_300L);
  }

  @Test
  void weightZeroIsRarelyFirstButMayBe() {
    Random random = new Random(2);
    long zeroFirst =
        IntStream.range(0, 10_000)
            .filter(i ->
                SrvTargets.order(List.of(HEAVY, NEVER_MIND), random).getFirst().equals(NEVER_MIND))
            .count();
    assertThat(zeroFirst).isBetween(1L, 400L);
  }

  @Test
  void aLoneDotDeclines() {
    List<Srv> declined = List.of(new Srv(0, 0, 0, ""));
    assertThat(SrvTargets.declined(declined)).isTrue();
    assertThat(SrvTargets.order(declined, new Random(0))).isEmpty();
    assertThat(SrvTargets.declined(List.of(FIRST))).isFalse();
  }

  @Test
  void exchangersGoByPreferenceAndANullMxDeclines() {
    Mx near = new Mx(10, "near.test");
    Mx alsoNear = new Mx(10, "also-near.test");
    Mx far = new Mx(20, "far.test");
    boolean[] bothOrders = new boolean[2];
    for (int seed = 0; seed < 50; seed++) {
      List<Mx> ordered = MxTargets.order(List.of(far, near, alsoNear), new Random(seed));
      assertThat(ordered).endsWith(far).hasSize(3);
      bothOrders[ordered.getFirst().equals(near) ? 0 : 1] = true;
    }
    assertThat(bothOrders).containsExactly(true, true);
    assertThat(MxTargets.declined(List.of(new Mx(0, "")))).isTrue();
  }
}
