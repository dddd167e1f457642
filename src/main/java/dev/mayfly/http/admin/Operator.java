package dev.mayfly.http.admin;

import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/**
 * Who was let into {@code /v1}, as resources see them.
 *
 * @param name the SPIFFE ID
 */
record Operator(String name) implements SecurityContext {

  @Override
  public Principal getUserPrincipal() {
    return this::name;
  }

  @Override
  public boolean isUserInRole(String role) {
    return false;
  }

  @Override
  public boolean isSecure() {
    return false;
  }

  @Override
  public String getAuthenticationScheme() {
    return "Bearer";
  }
}
