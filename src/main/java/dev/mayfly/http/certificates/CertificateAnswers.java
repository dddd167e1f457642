package dev.mayfly.http.certificates;

import dev.mayfly.credential.Minted;
import dev.mayfly.credential.RenewalWindow;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Authority;
import dev.mayfly.credential.x509.Pem;
import dev.mayfly.store.Uuids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Certificates as they are answered.
 *
 * <pre>
 *   {"id", "grant", "role", "names": [...], "expires_in": seconds,
 *    "certificate": PEM, leaf first, "trust": PEM, "renewal": {"start", "end"}}
 * </pre>
 */
@ApplicationScoped
class CertificateAnswers {

  private final Authorities authorities;
  private volatile Trust trust = new Trust(List.of(), "");

  /** The roots in PEM. */
  private record Trust(List<Authority> roots, String pem) {}

  CertificateAnswers(Authorities authorities) {
    this.authorities = authorities;
  }

  JsonObject x509(Minted minted) {
    return base(minted).put("certificate", minted.token()).put("trust", trust());
  }

  /** The same text until the roots change. */
  private String trust() {
    List<Authority> roots = authorities.roots();
    Trust last = trust;
    if (!last.roots().equals(roots)) {
      last =
          new Trust(
              roots,
              authorities.trusted().stream().map(Pem::certificate).collect(Collectors.joining()));
      trust = last;
    }
    return last.pem();
  }

  /** The certificate is one line of OpenSSH's; who has to trust what, the fleet knows. */
  JsonObject ssh(Minted minted) {
    return base(minted).put("certificate", minted.token());
  }

  private static JsonObject base(Minted minted) {
    return new JsonObject()
        .put("id", minted.id().toString())
        .put("grant", minted.grant().toString())
        .put("role", minted.role())
        .put("profile", minted.scope())
        .put("names", new JsonArray(List.of(minted.audience().split(" ", -1))))
        .put("expires_in", minted.expiresIn().toSeconds())
        .put("renewal", renewal(minted));
  }

  /** From the id's moment: delivered again, a certificate has the same window. */
  private static JsonObject renewal(Minted minted) {
    return window(RenewalWindow.of(Uuids.timeOf(minted.id().value()), minted.expiresIn()));
  }

  /** As RFC 9773 4.2 has a {@code suggestedWindow}. */
  static JsonObject window(RenewalWindow window) {
    return new JsonObject()
        .put("start", window.start().toString())
        .put("end", window.end().toString());
  }
}
