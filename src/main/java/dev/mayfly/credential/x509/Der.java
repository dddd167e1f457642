package dev.mayfly.credential.x509;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads DER (X.690 10) from front to back, for bytes that a stranger wrote: only definite, minimal
 * lengths and one-byte tags; every call says what it expects, so nesting is as deep as the caller's
 * code and no deeper. Nothing is copied before its length has been judged.
 */
final class Der {

  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int UTF8_STRING = 0x0c;
  static final int PRINTABLE_STRING = 0x13;
  static final int IA5_STRING = 0x16;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /** Context-specific tags: {@code CONTEXT | n}, with {@code CONSTRUCTED} where it holds others. */
  static final int CONTEXT = 0x80;

  static final int CONSTRUCTED = 0x20;

  private static final int MULTI_BYTE_TAG = 0x1f;
  private static final int LONG_FORM = 0x80;
  private static final int MOST_LENGTH_BYTES = 3;

  /** The largest arc of ours and of any that certificates use needs four bytes of seven bits. */
  private static final int MOST_OID_BYTES = 64;

  private final byte[] bytes;
  private final int end;
  private int at;

  private Der(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  static Der of(byte[] bytes) {
    return new Der(bytes, 0, bytes.length);
  }

  /** Whether the next element has this tag; false at the end. */
  boolean isAt(int tag) {
    return at < end && (bytes[at] & 0xff) == tag;
  }

  boolean hasMore() {
    return at < end;
  }

  /** The next element's tag, which is not consumed. */
  int tag() throws NotDer {
    if (at >= end) {
      throw new NotDer("an element is missing");
    }
    return bytes[at] & 0xff;
  }

  /** Goes into a constructed element; this reader goes on after it. */
  Der enter(int tag) throws NotDer {
    int length = header(tag);
    Der inner = new Der(bytes, at, at + length);
    at += length;
    return inner;
  }

  /** The content of an element. */
  byte[] content(int tag) throws NotDer {
    int length = header(tag);
    byte[] content = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return content;
  }

  /** The whole element, tag and length included, not looked into. */
  byte[] element(int tag) throws NotDer {
    int start = at;
    int length = header(tag);
    at += length;
    return Arrays.copyOfRange(bytes, start, at);
  }

  /** Nothing may follow: no trailing bytes. */
  void end() throws NotDer {
    if (at != end) {
      throw new NotDer("something follows the last element");
    }
  }

  /** A minimal integer of at most so many bytes. */
  BigInteger integer(int mostBytes) throws NotDer {
    byte[] content = content(INTEGER);
    if (content.length == 0 || content.length > mostBytes) {
      throw new NotDer("an integer is empty or too long");
    }
    if (content.length > 1 && content[0] == content[1] >> 7) {
      throw new NotDer("an integer is longer than it needs to be");
    }
    return new BigInteger(content);
  }

  /** DER has one true (X.690 11.1), and a default of false is left out (11.5). */
  boolean optionalTrue() throws NotDer {
    if (!isAt(BOOLEAN)) {
      return false;
    }
    byte[] content = content(BOOLEAN);
    if (content.length != 1 || content[0] != -1) {
      throw new NotDer("a boolean is not the one TRUE of DER");
    }
    return true;
  }

  /** A bit string of whole bytes, as keys and signatures are. */
  byte[] octetsOfBitString() throws NotDer {
    byte[] content = content(BIT_STRING);
    if (content.length == 0 || content[0] != 0) {
      throw new NotDer("a bit string does not have whole bytes");
    }
    return Arrays.copyOfRange(content, 1, content.length);
  }

  /** Dotted. */
  String oid() throws NotDer {
    byte[] content = content(OID);
    if (content.length == 0 || content.length > MOST_OID_BYTES || content[content.length - 1] < 0) {
      throw new NotDer("an object identifier is malformed");
    }
    StringBuilder text = new StringBuilder();
    long arc = 0;
    for (int i = 0; i < content.length; i++) {
      boolean padded = arc == 0 && (content[i] & 0xff) == LONG_FORM;
      arc = (arc << 7) | (content[i] & 0x7f);
      if (padded || arc > Integer.MAX_VALUE) {
        throw new NotDer("an object identifier has an arc that is padded or too large");
      }
      if (content[i] >= 0) {
        append(text, arc);
        arc = 0;
      }
    }
    return text.toString();
  }

  /** X.690 8.19.4: the first two arcs share a number. */
  private static void append(StringBuilder text, long arc) {
    if (text.isEmpty()) {
      long first = Math.min(arc / 40, 2);
      text.append(first).append('.').append(arc - 40 * first);
    } else {
      text.append('.').append(arc);
    }
  }

  /** Printable ASCII only: no NUL, no control, nothing that looks like something else. */
  static String ascii(byte[] content, String what) throws NotDer {
    for (byte octet : content) {
      if (octet < 0x20 || octet == 0x7f) {
        throw new NotDer(what + " holds a character that is not printable ASCII");
      }
    }
    return new String(content, StandardCharsets.US_ASCII);
  }

  private int header(int expected) throws NotDer {
    int tag = tag();
    if (tag != expected || (tag & MULTI_BYTE_TAG) == MULTI_BYTE_TAG) {
      throw new NotDer("an element is not of the kind that stands there");
    }
    at++;
    int length = length();
    if (length > end - at) {
      throw new NotDer("an element is longer than what holds it");
    }
    return length;
  }

  private int length() throws NotDer {
    int first = next();
    if (first < LONG_FORM) {
      return first;
    }
    int count = first - LONG_FORM;
    if (count == 0 || count > MOST_LENGTH_BYTES) {
      throw new NotDer("a length is indefinite or absurd");
    }
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = (length << Byte.SIZE) | next();
    }
    if (length < LONG_FORM || length >>> (Byte.SIZE * (count - 1)) == 0) {
      throw new NotDer("a length is longer than it needs to be");
    }
    return length;
  }

  private int next() throws NotDer {
    if (at >= end) {
      throw new NotDer("a length is cut off");
    }
    return bytes[at++] & 0xff;
  }
}
