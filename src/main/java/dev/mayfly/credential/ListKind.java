package dev.mayfly.credential;

/** What carries the revocation of a credential; the names are those of {@code lists.kind}. */
public enum ListKind {
  /** A Token Status List (draft-ietf-oauth-status-list). */
  STATUS("/status-lists/", ""),
  /** A shard of an issuing key's CRL (RFC 5280 5). */
  CRL("/crl/", ".crl"),
  /** The one KRL that is served (OpenSSH PROTOCOL.krl); it carries what stands on the shards. */
  KRL("/ssh/krl", ""),
  /** The places that a node gives out to SSH certificates of one key. */
  KRL_SHARD("/ssh/krl#", "");

  private final String path;
  private final String suffix;

  ListKind(String path, String suffix) {
    this.path = path;
    this.suffix = suffix;
  }

  /** What stands before a list's id in its URI, after the issuer. */
  String path() {
    return path;
  }

  /** What stands after a list's id in its URI. */
  String suffix() {
    return suffix;
  }

  /** Whether a list holds the credentials of one key only. */
  boolean isOfOneKey() {
    return this == CRL || this == KRL_SHARD;
  }
}
