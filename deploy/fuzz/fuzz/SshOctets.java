package fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Strings as RFC 4251 5 writes them. */
final class SshOctets {

  private final ByteArrayOutputStream to = new ByteArrayOutputStream();

  SshOctets string(byte[] value) {
    to.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
    to.writeBytes(value);
    return this;
  }

  SshOctets string(String value) {
    return string(value.getBytes(StandardCharsets.US_ASCII));
  }

  byte[] octets() {
    return to.toByteArray();
  }
}
