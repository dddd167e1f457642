package dev.mayfly.revocation.krl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** However the serials lie, exactly these stand in the section, in no more octets than a list. */
class SerialsProperties {

  private static final int AROUND = 5;

  @Property(tries = 2_000)
  void exactlyTheSerialsAreRead(
      @ForAll long start,
      @ForAll @IntRange(max = 400) int count,
      @ForAll @IntRange(max = 20) int spread,
      @ForAll long seed) {
    Random random = new Random(seed);
    Set<Long> serials = new TreeSet<>();
    long serial = start;
    for (int i = 0; i < count; i++) {
      serial += 1 + (random.nextBoolean() ? 0 : random.nextLong(1L << spread));
      serials.add(serial == 0 ? 1 : serial);
    }
    long[] any = serials.stream().mapToLong(Long::longValue).toArray();
    SshWriter section = new SshWriter();
    Serials.sorted(any).writeTo(section);
    assertThat(new TreeSet<>(read(section.bytes()))).isEqualTo(serials);
    int asList = any.length == 0 ? 0 : AROUND + any.length * Long.BYTES;
    assertThat(section.bytes().length).isLessThanOrEqualTo(asList);
  }

  private static List<Long> read(byte[] section) {
    List<Long> serials = new ArrayList<>();
    ByteBuffer at = ByteBuffer.wrap(section);
    while (at.hasRemaining()) {
      int type = at.get();
      byte[] content = new byte[at.getInt()];
      at.get(content);
      subsection(type, ByteBuffer.wrap(content), serials);
    }
    return serials;
  }

  private static void subsection(int type, ByteBuffer content, List<Long> serials) {
    switch (type) {
      case 0x20 -> {
        while (content.hasRemaining()) {
          serials.add(content.getLong());
        }
      }
      case 0x21 -> {
        long last = content.getLong(8);
        for (long serial = content.getLong(0); serial != last; serial++) {
          serials.add(serial);
        }
        serials.add(last);
      }
      case 0x22 -> {
        long first = content.getLong();
        byte[] octets = new byte[content.getInt()];
        content.get(octets);
        BigInteger bits = new BigInteger(octets);
        for (int bit = 0; bit < bits.bitLength(); bit++) {
          if (bits.testBit(bit)) {
            serials.add(first + bit);
          }
        }
      }
      default -> throw new AssertionError("no subsection " + type);
    }
  }
}
