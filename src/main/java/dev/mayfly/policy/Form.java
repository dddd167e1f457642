package dev.mayfly.policy;

import java.util.Set;

/** In which form a role is minted. What a role gives besides tokens is a scope of it, too. */
public enum Form {
  TOKEN(""),
  X509("cert:x509"),
  SSH("cert:ssh");

  /** What no scope of a token begins with. */
  static final String PREFIX = "cert:";

  private final String scope;

  Form(String scope) {
    this.scope = scope;
  }

  /**
   * Among a role's scopes, what stands for its certificates: so an entitlement or a request can
   * leave them out, and a grant says whether it gives them. Empty for tokens.
   */
  public String scope() {
    return scope;
  }

  /** Whether these scopes let somebody have it; a token needs others, which are judged by name. */
  public boolean isAmong(Set<String> scopes) {
    return this == TOKEN || scopes.contains(scope);
  }
}
