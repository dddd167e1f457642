package dev.mayfly.credential.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Writes SSH's data types (RFC 4251 5), from which keys, certificates and lists are made. */
public final class SshWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  public SshWriter byteOf(int value) {
    out.write(value);
    return this;
  }

  public SshWriter uint32(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(value >>> shift);
    }
    return this;
  }

  /** The long is taken as unsigned, as serial numbers are. */
  public SshWriter uint64(long value) {
    return uint32((int) (value >>> 32)).uint32((int) value);
  }

  public SshWriter string(byte[] bytes) {
    return uint32(bytes.length).raw(bytes);
  }

  public SshWriter string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Never negative here: the shortest form, with a zero octet before a set first bit. */
  public SshWriter mpint(BigInteger value) {
    return string(value.signum() == 0 ? new byte[0] : value.toByteArray());
  }

  /** Octets without their length. */
  public SshWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }
}
