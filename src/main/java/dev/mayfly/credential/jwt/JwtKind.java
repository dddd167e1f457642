package dev.mayfly.credential.jwt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.Facts;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.Order;
import dev.mayfly.key.Alg;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.SenderConstraint;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Writes RFC 9068 access tokens: header {@code typ at+jwt}, the claims of section 2.2, plus {@code
 * grant} and the {@code status} claim of the Token Status List. The claims follow from the ledger's
 * facts alone, so a redelivered credential says the same as before.
 */
@ApplicationScoped
public class JwtKind {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
  private static final int TYPICAL_CLAIMS = 512;

  private final String issuer;

  public JwtKind(MayflyConfig mayfly) {
    this.issuer = mayfly.issuer();
  }

  /**
   * A token that whoever holds it may use; or, where the role says so, one that is good with this
   * certificate only (RFC 8705 3).
   *
   * @param certificate the thumbprint of the one that was shown
   */
  public Order over(Optional<String> certificate) {
    return new Token(Optional.empty(), certificate);
  }

  /**
   * A token that is good with this key only (RFC 9449 6.1).
   *
   * @param jkt the key's thumbprint
   */
  public Order boundTo(String jkt) {
    return new Token(Optional.of(jkt), Optional.empty());
  }

  private final class Token implements Order {

    private final Optional<String> jkt;
    private final Optional<String> certificate;

    Token(Optional<String> jkt, Optional<String> certificate) {
      this.jkt = jkt;
      this.certificate = certificate;
    }

    @Override
    public String kind() {
      return "JWT";
    }

    @Override
    public ListKind list() {
      return ListKind.STATUS;
    }

    @Override
    public RingName ring(Role role) {
      return new RingName(RingName.JWT, Alg.named(role.alg()).orElseThrow());
    }

    @Override
    public Optional<String> thumbprint(Role role) {
      return binding(role).map(Binding::column);
    }

    private Optional<Binding> binding(Role role) {
      return role.senderConstrained() == SenderConstraint.MTLS
          ? certificate.map(shown -> new Binding(Binding.Member.X5T_S256, shown))
          : jkt.map(key -> new Binding(Binding.Member.JKT, key));
    }

    @Override
    public Optional<Refusal> objection(Allowed allowed, SigningKey key) {
      Role role = allowed.role();
      boolean unbound =
          role.senderConstrained() != SenderConstraint.NONE && binding(role).isEmpty();
      return unbound ? Optional.of(unbound(role)) : Optional.empty();
    }

    private Refusal unbound(Role role) {
      if (role.senderConstrained() == SenderConstraint.DPOP) {
        return new Refusal.BadDpop(
            Refusal.BadDpop.PROOF, "role " + role.id() + " is minted with a DPoP proof only");
      }
      return new Refusal.Malformed(
          "client-certificate-missing",
          "tokens of this role are bound to the client certificate of a TLS connection, and to"
              + " nothing else");
    }

    @Override
    public Outcome<String> sign(Facts facts, Role role, SigningKey key) {
      String signed = header(key) + '.' + BASE64URL.encodeToString(claims(facts));
      byte[] signature = key.sign(signed.getBytes(StandardCharsets.US_ASCII));
      return Outcome.ok(signed + '.' + BASE64URL.encodeToString(signature));
    }
  }

  private static String header(SigningKey key) {
    // kid is a thumbprint and alg one of ours: nothing in either needs escaping.
    String json =
        "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}"
            .formatted(key.alg().joseName(), key.id().value());
    return BASE64URL.encodeToString(json.getBytes(StandardCharsets.US_ASCII));
  }

  private byte[] claims(Facts facts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_CLAIMS);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("iss", issuer);
      json.writeStringField("sub", facts.subject());
      json.writeStringField("client_id", facts.client());
      writeAudience(json, facts.audience());
      json.writeNumberField("iat", facts.issuedAt().getEpochSecond());
      json.writeNumberField("exp", facts.expiresAt().getEpochSecond());
      json.writeStringField("jti", facts.id().toString());
      if (!facts.scope().isEmpty()) {
        json.writeStringField("scope", facts.scope());
      }
      json.writeStringField("grant", facts.grant().toString());
      writeActor(json, facts);
      writeConfirmation(json, facts);
      writeStatus(json, facts);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** One audience as a string, several as an array (RFC 7519 4.1.3). */
  private static void writeAudience(JsonGenerator json, String audience) throws IOException {
    String[] all = audience.split(" ", -1);
    json.writeFieldName("aud");
    if (all.length == 1) {
      json.writeString(all[0]);
    } else {
      json.writeArray(all, 0, all.length);
    }
  }

  /** RFC 8693 4.1: who acts, where that is not who it is about; and what it is for. */
  private static void writeActor(JsonGenerator json, Facts facts) throws IOException {
    if (facts.acting().isPresent()) {
      json.writeObjectFieldStart("act");
      json.writeStringField("sub", facts.client());
      json.writeEndObject();
      json.writeStringField("task", facts.acting().get().task());
    }
  }

  /** RFC 7800 3: whoever uses the token has to show this key, or this certificate. */
  private static void writeConfirmation(JsonGenerator json, Facts facts) throws IOException {
    if (facts.jkt().isPresent()) {
      json.writeObjectFieldStart("cnf");
      Binding binding = Binding.of(facts.jkt().get());
      json.writeStringField(binding.member().claim(), binding.thumbprint());
      json.writeEndObject();
    }
  }

  private static void writeStatus(JsonGenerator json, Facts facts) throws IOException {
    json.writeObjectFieldStart("status");
    json.writeObjectFieldStart("status_list");
    json.writeNumberField("idx", facts.slot().index());
    json.writeStringField("uri", facts.slot().uri());
    json.writeEndObject();
    json.writeEndObject();
  }
}
