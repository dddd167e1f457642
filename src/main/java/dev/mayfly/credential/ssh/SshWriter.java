package dev.mayfly.credential.ssh;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes SSH's data types (RFC 4251 5), from which keys, certificates and lists are made. */
public final class SshWriter {

  /** Big-endian, as a buffer is by itself; a list of serials is written a million times. */
  private ByteBuffer out = ByteBuffer.allocate(512);

  public SshWriter byteOf(int value) {
    room(1).put((byte) value);
    return this;
  }

  public SshWriter uint32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  /** The long is taken as unsigned, as serial numbers are. */
  public SshWriter uint64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
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
    room(bytes.length).put(bytes);
    return this;
  }

  public byte[] bytes() {
    return Arrays.copyOf(out.array(), out.position());
  }

  private ByteBuffer room(int octets) {
    if (out.remaining() < octets) {
      int size = Math.max(Math.multiplyExact(out.capacity(), 2), out.position() + octets);
      out = ByteBuffer.allocate(size).put(out.flip());
    }
    return out;
  }
}
