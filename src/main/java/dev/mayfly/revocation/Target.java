package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyTaint;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.KeyId;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a revocation covers: itself and everything minted under it. */
public sealed interface Target {

  /** The text form of the thing's id. */
  String id();

  /** Which kind of thing. */
  Scope scope();

  /** As audit events and the outbox name it: {@code grant:0199...}. */
  default String subject() {
    return scope().word() + ":" + id();
  }

  /** One credential. */
  record Credential(CredentialId credential) implements Target {
    @Override
    public String id() {
      return credential.toString();
    }

    @Override
    public Scope scope() {
      return Scope.CREDENTIAL;
    }
  }

  /** One grant and every credential minted under it. */
  record Grant(GrantId grant) implements Target {
    @Override
    public String id() {
      return grant.toString();
    }

    @Override
    public Scope scope() {
      return Scope.GRANT;
    }
  }

  /** One identity, its grants and their credentials; it mints nothing until it is resumed. */
  record Identity(IdentityId identity) implements Target {
    @Override
    public String id() {
      return identity.toString();
    }

    @Override
    public Scope scope() {
      return Scope.IDENTITY;
    }
  }

  /**
   * One signing key and everything it signed.
   *
   * @param lead how long its successor must have been published: without it, relying services that
   *     cached the keys refuse new tokens for a while
   */
  record Key(KeyId key, KeyTaint.Lead lead) implements Target {

    public Key(KeyId key) {
      this(key, KeyTaint.Lead.FULL);
    }

    @Override
    public String id() {
      return key.toString();
    }

    @Override
    public Scope scope() {
      return Scope.KEY;
    }
  }

  /** The kinds of things, by their names in the database and, in lower case, in the API. */
  enum Scope {
    CREDENTIAL,
    GRANT,
    IDENTITY,
    KEY;

    /** The name in the API, in audit actions and in audit subjects. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** An RFC 7638 thumbprint with SHA-256, base64url. */
  Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{43}");

  /**
   * Reads what a caller sent; the scope in lower case, the id in its one canonical form.
   *
   * @param now for a key: do not wait until relying services know its successor
   */
  static Outcome<Target> parse(String scope, String id, boolean now) {
    if (now && !scope.equals("key")) {
      return Outcome.refused(
          new Refusal.Malformed("revocation-now", "now belongs to a key; all else is at once"));
    }
    try {
      return switch (scope) {
        case "credential" -> Outcome.ok(new Credential(CredentialId.of(id)));
        case "grant" -> Outcome.ok(new Grant(GrantId.of(id)));
        case "identity" -> Outcome.ok(new Identity(IdentityId.of(id)));
        case "key" -> key(id, now ? KeyTaint.Lead.NONE : KeyTaint.Lead.FULL);
        default ->
            Outcome.refused(
                new Refusal.Malformed(
                    "revocation-scope", "scope must be credential, grant, identity or key"));
      };
    } catch (IllegalArgumentException e) {
      return badId();
    }
  }

  private static Outcome<Target> key(String id, KeyTaint.Lead lead) {
    return KEY_ID.matcher(id).matches() ? Outcome.ok(new Key(new KeyId(id), lead)) : badId();
  }

  private static Outcome<Target> badId() {
    return Outcome.refused(
        new Refusal.Malformed("revocation-target", "target is not an id of that scope"));
  }
}
