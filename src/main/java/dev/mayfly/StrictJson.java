package dev.mayfly;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
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
 * Reads JSON that a stranger wrote, without goodwill: no second member of the same name (RFC 7515
 * 4, RFC 8725 2.4), nothing after its end, a depth, names and numbers with bounds. How long it may
 * be is whoever receives it who knows, before it is read.
 *
 * <p>Nimbus' own reader sees two members of one name only at the top; in a nested claim it takes
 * the last, so it does not read for us.
 */
public final class StrictJson {

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(16)
          .maxNumberLength(24)
          .maxNameLength(256)
          .build();

  private static final ObjectReader OBJECT =
      strict(new ObjectMapper())
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .readerFor(new TypeReference<Map<String, Object>>() {});

  private StrictJson() {}

  /** Makes a mapper read so; gives it back. */
  public static ObjectMapper strict(ObjectMapper mapper) {
    mapper.getFactory().setStreamReadConstraints(LIMITS);
    return mapper
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /**
   * One object of valid UTF-8, immutable and made of String, Long, Double, Boolean, List and Map;
   * nulls are left out. Or {@link JsonProcessingException}; its message may quote the input: drop
   * it.
   */
  public static Map<String, Object> object(byte[] utf8) throws JsonProcessingException {
    @Nullable Map<String, Object> read = OBJECT.readValue(text(utf8));
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
