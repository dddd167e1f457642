package dev.mayfly.revocation.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The published vectors of draft-ietf-oauth-status-list (4.1, 4.2, appendix C), and beyond. */
class StatusListTest {

  private static final String ONE_BIT = "eNrbuRgAAhcBXQ";
  private static final int[] ONE_BIT_ENTRIES = {1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1};
  private static final String TWO_BITS = "eNo76fITAAPfAgc";
  private static final int[] TWO_BIT_ENTRIES = {1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3};

  /** Appendix C.1: 2^20 entries of one bit. */
  private static final String MILLION =
      "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogE"
          + "AAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          + "AAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAA"
          + "A7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAA"
          + "ACAZC8L2AEb";

  private static final int[] MILLION_INVALID = {
    0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345
  };

  @Test
  void oneBitVectorDecodes_toItsEntries() {
    StatusList list = StatusList.decode(1, ONE_BIT);
    assertThat(list.packed()).containsExactly(0xB9, 0xA3);
    assertThat(entries(list)).containsExactly(ONE_BIT_ENTRIES);
  }

  @Test
  void twoBitVectorDecodes_toItsEntries() {
    StatusList list = StatusList.decode(2, TWO_BITS);
    assertThat(list.packed()).containsExactly(0xC9, 0x44, 0xF9);
    assertThat(entries(list)).containsExactly(TWO_BIT_ENTRIES);
  }

  @Test
  void millionEntryVectorDecodes_toItsInvalidEntries() {
    StatusList list = StatusList.decode(1, MILLION);
    assertThat(list.size()).isEqualTo(1 << 20);
    assertThat(IntStream.range(0, list.size()).filter(index -> list.at(index) == 1).toArray())
        .containsExactly(MILLION_INVALID);
  }

  @Test
  void bitsSetByUs_encodeToThePublishedVectors() {
    StatusBits small = StatusBits.allValid(16);
    IntStream.range(0, 16).filter(index -> ONE_BIT_ENTRIES[index] == 1).forEach(small::set);
    StatusBits large = StatusBits.allValid(1 << 20);
    Arrays.stream(MILLION_INVALID).forEach(large::set);

    assertThat(new StatusList(1, small.packed()).encode()).isEqualTo(ONE_BIT);
    assertThat(StatusList.decode(1, new StatusList(1, large.packed()).encode()).packed())
        .isEqualTo(StatusList.decode(1, MILLION).packed());
  }

  @Property(tries = 200)
  void decodeGivesBack_whatWasEncoded(@ForAll @Size(min = 1, max = 5000) byte[] packed) {
    String encoded = new StatusList(1, packed).encode();
    assertThat(encoded).matches("[A-Za-z0-9_-]+");
    assertThat(StatusList.decode(1, encoded).packed()).isEqualTo(packed);
  }

  /** Rule 6: there is no order of sets after which an entry once INVALID is VALID. */
  @Property(tries = 200)
  void entryStaysInvalid_whateverIsSetAfterIt(
      @ForAll @Size(min = 1, max = 300) java.util.List<@IntRange(max = 1023) Integer> order) {
    StatusBits bits = StatusBits.allValid(1024);
    Set<Integer> set = new java.util.HashSet<>();
    for (int index : order) {
      bits = StatusBits.of(bits.packed());
      bits.set(index);
      set.add(index);
      StatusList published = StatusList.decode(1, new StatusList(1, bits.packed()).encode());
      for (int entry = 0; entry < 1024; entry++) {
        assertThat(published.at(entry)).isEqualTo(set.contains(entry) ? 1 : 0);
      }
    }
  }

  @Test
  void listIsRefused_whenItInflatesBeyondTheLimit() {
    String bomb = new StatusList(1, new byte[(1 << 20) + 1]).encode();
    assertThatThrownBy(() -> StatusList.decode(1, bomb))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void listIsRefused_whenItIsNotWhatItShouldBe() {
    String cut = Base64.getUrlEncoder().encodeToString(new byte[] {0x78, (byte) 0xDA});
    for (String bad : new String[] {"", "!", "AAAA", cut, ONE_BIT.substring(0, 8)}) {
      assertThatThrownBy(() -> StatusList.decode(1, bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> StatusList.decode(3, ONE_BIT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void indexOutsideTheList_isNotTakenForValid() {
    StatusList list = StatusList.decode(1, ONE_BIT);
    assertThatThrownBy(() -> list.at(16)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> list.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void sizeIsRefused_whenItIsNoMultipleOfEight() {
    assertThatThrownBy(() -> StatusBits.allValid(12)).isInstanceOf(IllegalArgumentException.class);
  }

  private static int[] entries(StatusList list) {
    return IntStream.range(0, list.size()).map(list::at).toArray();
  }
}
