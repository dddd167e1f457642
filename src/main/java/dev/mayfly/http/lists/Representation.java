package dev.mayfly.http.lists;

import dev.mayfly.revocation.list.ServedList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a list's bytes are sent: as they are, or compressed beforehand. Each has its own tag. */
enum Representation {
  PLAIN,
  GZIP;

  private static final String GZIP_MARK = "-gzip\"";

  /** What the caller's {@code Accept-Encoding} allows; compressed when it can be. */
  static Representation of(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return PLAIN;
    }
    for (String item : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = item.strip().split("\\s*;\\s*", -1);
      if (parts[0].equals("gzip") || parts[0].equals("*")) {
        return isRefused(parts) ? PLAIN : GZIP;
      }
    }
    return PLAIN;
  }

  /** A strong tag names bytes, so other bytes have another one (RFC 9110 8.8.3.3). */
  String tag(String plainTag) {
    return switch (this) {
      case PLAIN -> plainTag;
      case GZIP -> plainTag.substring(0, plainTag.length() - 1) + GZIP_MARK;
    };
  }

  /** The tag of the plain bytes behind either tag. */
  static String plainTag(String tag) {
    return tag.endsWith(GZIP_MARK)
        ? tag.substring(0, tag.length() - GZIP_MARK.length()) + '"'
        : tag;
  }

  byte[] body(ServedList list) {
    return switch (this) {
      case PLAIN -> list.document();
      case GZIP -> list.gzip();
    };
  }

  private static boolean isRefused(String[] parts) {
    return parts.length > 1 && parts[1].matches("q=0(\\.0{0,3})?");
  }
}
