package dev.mayfly.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object that a stranger wrote: no second member of the same name (RFC 7515 4, RFC
 * 8725 2.4), nothing after its end, valid UTF-8, a depth and numbers with bounds. What comes out is
 * immutable and made of String, Long, Double, Boolean, List and Map; nulls are left out.
 *
 * <p>Nimbus' own reader sees two members of one name only at the top; in a nested claim it takes
 * the last, so it does not read for us.
 */
final class StrictJson {

  private static final int MAX_DEPTH = 16;
  private static final int MAX_NUMBER_LENGTH = 24;
  private static final int MAX_NAME_LENGTH = 256;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .maxNameLength(MAX_NAME_LENGTH)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(new TypeReference<Map<String, Object>>() {});

  private StrictJson() {}

  /** The object, or {@link JsonProcessingException}; its message may quote the input: drop it. */
  static Map<String, Object> object(byte[] utf8) throws JsonProcessingException {
    @Nullable Map<String, Object> read = READER.readValue(text(utf8));
    if (read == null) {
      throw new JsonParseException("null is not an object");
    }
    return cleansed(read);
  }

  private static String text(byte[] utf8) throws JsonProcessingException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new JsonParseException("not UTF-8");
    }
  }

  private static Map<String, Object> cleansed(Map<?, ?> map) throws JsonProcessingException {
    Map<String, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
    for (Map.Entry<?, ?> member : map.entrySet()) {
      if (member.getValue() != null) {
        result.put(String.valueOf(member.getKey()), cleansed(member.getValue()));
      }
    }
    return Collections.unmodifiableMap(result);
  }

  private static Object cleansed(Object value) throws JsonProcessingException {
    return switch (value) {
      case Map<?, ?> map -> cleansed(map);
      case List<?> list -> {
        List<Object> result = new ArrayList<>(list.size());
        for (Object item : list) {
          if (item != null) {
            result.add(cleansed(item));
          }
        }
        yield Collections.unmodifiableList(result);
      }
      case BigInteger _ -> throw new JsonParseException("a number beyond 64 bits");
      case Double number when number.isInfinite() ->
          throw new JsonParseException("a number beyond a double");
      default -> value;
    };
  }
}
