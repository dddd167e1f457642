package dev.mayfly.http.oauth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.jwt.Binding;
import dev.mayfly.store.CredentialId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Writes the token answer (RFC 6749 5.1) without reflection. It says what was given, which may be
 * less than what was asked.
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the socket, never compared
record TokenAnswer(CredentialId id, byte[] json) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int USUAL_SIZE = 1536;

  static TokenAnswer of(Minted minted) {
    return of(minted, Map.of());
  }

  /** With further members that the grant type has. */
  static TokenAnswer of(Minted minted, Map<String, String> more) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_SIZE);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("access_token", minted.token());
      json.writeStringField(
          "token_type",
          minted.jkt().map(column -> Binding.of(column).tokenType()).orElse("Bearer"));
      json.writeNumberField("expires_in", minted.expiresIn().toSeconds());
      json.writeStringField("scope", minted.scope());
      json.writeArrayFieldStart("resource");
      for (String audience : minted.audience().split(" ", -1)) {
        json.writeString(audience);
      }
      json.writeEndArray();
      for (Map.Entry<String, String> member : more.entrySet()) {
        json.writeStringField(member.getKey(), member.getValue());
      }
      json.writeStringField("role", minted.role());
      json.writeStringField("grant", minted.grant().toString());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return new TokenAnswer(minted.id(), bytes.toByteArray());
  }
}
