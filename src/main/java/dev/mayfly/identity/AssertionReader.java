package dev.mayfly.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mayfly.Outcome;
import dev.mayfly.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the compact form of a signed JWT (RFC 7515 3.1) and nothing beside it: no encryption, no
 * nesting, no extension that must be understood. Strict where a library would be kind, because two
 * readers that differ in kindness see two different assertions.
 */
final class AssertionReader {

  private static final int MAX_KID = 256;

  /** 9999-12-31T23:59:59Z; RFC 7519 2 knows no further time that is worth a proof. */
  private static final long LAST_SECOND = 253_402_300_799L;

  private final int maxLength;

  AssertionReader(IdentityLimits limits) {
    this(limits.assertionMaxLength());
  }

  AssertionReader(int maxLength) {
    this.maxLength = maxLength;
  }

  Outcome<SignedAssertion> read(String text, Proof proof) {
    if (text.length() > maxLength) {
      return proof.refuse("the assertion is longer than " + maxLength + " characters");
    }
    int first = text.indexOf('.');
    int last = text.lastIndexOf('.');
    if (first < 1 || last == first || text.indexOf('.', first + 1) != last) {
      return proof.refuse("the assertion is not a compact JWS");
    }
    Optional<byte[]> header = decode(text.substring(0, first));
    Optional<byte[]> payload = decode(text.substring(first + 1, last));
    Optional<byte[]> signature = decode(text.substring(last + 1));
    if (header.isEmpty() || payload.isEmpty() || signature.isEmpty()) {
      return proof.refuse("a part of the assertion is empty or not base64url");
    }
    byte[] signingInput = text.substring(0, last).getBytes(StandardCharsets.US_ASCII);
    return header(header.get(), proof)
        .then(
            head ->
                claims(payload.get(), proof)
                    .then(
                        claims ->
                            Outcome.ok(
                                new SignedAssertion(
                                    head.algorithm(),
                                    head.kid(),
                                    head.jwk(),
                                    claims,
                                    signingInput,
                                    signature.get()))));
  }

  private record Header(
      SignatureAlgorithm algorithm, Optional<String> kid, Map<String, Object> jwk) {}

  private static Outcome<Header> header(byte[] json, Proof proof) {
    Map<String, Object> header;
    try {
      header = StrictJson.object(json);
    } catch (JsonProcessingException e) {
      return proof.refuse("the header is not the JSON of a JWS header");
    }
    if (header.containsKey("crit") || header.containsKey("b64")) {
      return proof.refuse("the header asks for an extension (RFC 7515 4.1.11, RFC 7797)");
    }
    if (!proof.allowsHeaders(header.keySet())) {
      return proof.refuse("the header holds more than such an assertion may have");
    }
    if (!isTyped(header, proof)) {
      return proof.refuse("typ is not that of such an assertion");
    }
    Optional<SignatureAlgorithm> algorithm =
        header.get("alg") instanceof String name
            ? SignatureAlgorithm.named(name)
            : Optional.empty();
    if (algorithm.isEmpty()) {
      return proof.refuse("alg is no asymmetric signature that Mayfly knows");
    }
    if (!header.containsKey("kid")) {
      return Outcome.ok(new Header(algorithm.get(), Optional.empty(), jwk(header)));
    }
    return header.get("kid") instanceof String kid && !kid.isEmpty() && kid.length() <= MAX_KID
        ? Outcome.ok(new Header(algorithm.get(), Optional.of(kid), jwk(header)))
        : proof.refuse("kid is not a string of 1 to " + MAX_KID + " characters");
  }

  /** Rule 12. */
  private static boolean isTyped(Map<String, Object> header, Proof proof) {
    return switch (header.get("typ")) {
      case null -> !proof.needsType();
      case String typ -> proof.allowsType(typ);
      default -> false;
    };
  }

  @SuppressWarnings("unchecked") // StrictJson's objects have no other names
  private static Map<String, Object> jwk(Map<String, Object> header) {
    return header.get("jwk") instanceof Map<?, ?> jwk ? (Map<String, Object>) jwk : Map.of();
  }

  private static Outcome<Claims> claims(byte[] json, Proof proof) {
    Map<String, Object> claims;
    try {
      claims = StrictJson.object(json);
    } catch (JsonProcessingException e) {
      return proof.refuse("the payload is not the JSON of a claims set");
    }
    for (String name : new String[] {"exp", "nbf", "iat"}) {
      if (claims.containsKey(name) && !isTime(claims.get(name))) {
        return proof.refuse(name + " is not a time");
      }
    }
    return Outcome.ok(new Claims(claims));
  }

  private static boolean isTime(Object value) {
    return switch (value) {
      case Long seconds -> seconds >= 0 && seconds <= LAST_SECOND;
      case Double seconds -> seconds >= 0 && seconds <= LAST_SECOND;
      default -> false;
    };
  }

  /** RFC 7515 2: no padding, no line break, no other alphabet; the JDK's decoder allows padding. */
  private static Optional<byte[]> decode(String part) {
    if (part.isEmpty() || part.indexOf('=') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Base64.getUrlDecoder().decode(part));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
