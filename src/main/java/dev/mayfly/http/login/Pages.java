package dev.mayfly.http.login;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The pages of {@code templates/login}. They hold no script, and are told to the browser so: a page
 * that confirms a login must do nothing but what it shows.
 */
final class Pages {

  private static final String POLICY =
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private Pages() {}

  @CheckedTemplate(basePath = "login")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance choose(List<Choice> choices);

    static native TemplateInstance welcome(String name, List<String> groups, String token);

    static native TemplateInstance code(String problem, String token);

    static native TemplateInstance confirm(Asking asking, String name, String token);

    static native TemplateInstance again(String address);

    static native TemplateInstance said(String title, String text);
  }

  /** A provider to log in at. */
  record Choice(String name, String address) {}

  /** A device that asks to be confirmed. */
  record Asking(String code, String from, String at) {}

  static Response.ResponseBuilder page(int status, TemplateInstance page) {
    return Response.status(status)
        .type(MediaType.TEXT_HTML_TYPE.withCharset("utf-8"))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .entity(page.render().getBytes(StandardCharsets.UTF_8));
  }

  /** A page that only says something. */
  static Response.ResponseBuilder said(int status, String title, String text) {
    return page(status, Templates.said(title, text));
  }
}
