package dev.mayfly.http.login;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.session.BrowserSessions;
import dev.mayfly.grant.session.DeviceLogins;
import dev.mayfly.grant.session.DeviceLogins.Waiting;
import dev.mayfly.http.RequestIds;
import dev.mayfly.http.oauth.Form;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Where a person confirms a device of theirs (RFC 8628 3.3): they enter its code, compare what is
 * shown of it, and say yes or no. Nothing is confirmed by a link alone.
 */
@Path("/login/device")
@Tag(name = "login")
@Cancellable(false)
public class DeviceResource {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final PolicyBook book;
  private final BrowserSessions sessions;
  private final DeviceLogins devices;
  private final Cookies cookies;
  private final String issuer;

  DeviceResource(
      PolicyBook book,
      BrowserSessions sessions,
      DeviceLogins devices,
      Cookies cookies,
      MayflyConfig mayfly) {
    this.book = book;
    this.sessions = sessions;
    this.devices = devices;
    this.cookies = cookies;
    this.issuer = mayfly.issuer();
  }

  /** Somebody logged in, by this cookie. */
  private record Visitor(Person person, String cookie) {

    String token() {
      return Cookies.formToken(cookie);
    }
  }

  /** The page that asks for the code, or with one in the link what waits for it. */
  @GET
  @Operation(summary = "Enter a device's code")
  public Uni<Response> enter(
      @QueryParam("user_code") @Nullable String code, @Context HttpHeaders request) {
    return visitor(request)
        .chain(
            visitor ->
                visitor
                    .map(
                        who ->
                            code == null
                                ? Uni.createFrom().item(ask(200, "", who))
                                : look(code, who))
                    .orElseGet(() -> Uni.createFrom().item(logInFirst(code))));
  }

  /** The code as the person typed it. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(summary = "Look at the device that waits for a code")
  public Uni<Response> entered(byte[] body, @Context HttpHeaders request) {
    return withForm(body, request, (form, who) -> look(form.one("user_code").orElse(""), who));
  }

  /** The person's word. */
  @POST
  @Path("/decision")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(summary = "Confirm or refuse a device")
  public Uni<Response> decided(byte[] body, @Context HttpHeaders request) {
    return withForm(
        body,
        request,
        (form, who) ->
            devices
                .look(form.one("user_code").orElse(""), who.person().id())
                .chain(
                    found ->
                        switch (found) {
                          case Outcome.Ok<Waiting>(Waiting waiting) -> decide(waiting, form, who);
                          case Outcome.Refused<Waiting>(Refusal refusal) ->
                              Uni.createFrom().item(unknown(refusal, who));
                        }));
  }

  private Uni<Response> decide(Waiting waiting, Form form, Visitor who) {
    boolean theirs = form.one("decision").equals(Optional.of("confirm"));
    if (theirs && !waiting.isMetBy(who.person())) {
      return Uni.createFrom().item(again(waiting));
    }
    return devices
        .decide(waiting.code(), who.person(), theirs)
        .map(
            decided ->
                switch (decided) {
                  case Outcome.Ok<Boolean>(Boolean yes) when yes ->
                      Pages.said(
                              200,
                              "Device confirmed",
                              "You can close this page and go back to your terminal.")
                          .build();
                  case Outcome.Ok<Boolean> no ->
                      Pages.said(
                              200,
                              "Device refused",
                              "It got nothing. If you did not start this login yourself, somebody"
                                  + " tried to use your name: tell who runs this broker.")
                          .build();
                  case Outcome.Refused<Boolean>(Refusal refusal) -> unknown(refusal, who);
                });
  }

  private Uni<Response> look(String code, Visitor who) {
    return devices
        .look(code, who.person().id())
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<Waiting>(Waiting waiting) ->
                      waiting.isMetBy(who.person()) ? confirm(waiting, who) : again(waiting);
                  case Outcome.Refused<Waiting>(Refusal refusal) -> unknown(refusal, who);
                });
  }

  private static Response confirm(Waiting waiting, Visitor who) {
    return Pages.page(
            200,
            Pages.Templates.confirm(
                new Pages.Asking(
                    waiting.code().shown(), waiting.askedFrom(), TIME.format(waiting.askedAt())),
                who.person().name(),
                who.token()))
        .build();
  }

  /** A link, not a redirect: a form of this page may lead nowhere else (its policy says so). */
  private static Response again(Waiting waiting) {
    String back = "/login/device?user_code=" + waiting.code().shown();
    String acr =
        waiting.acr().isEmpty()
            ? ""
            : "&acr_values=" + LoginResource.encode(String.join(" ", waiting.acr()));
    String age = waiting.fresh() ? "&max_age=0" : "";
    return Pages.page(
            200, Pages.Templates.again("/login?next=" + LoginResource.encode(back) + age + acr))
        .build();
  }

  private static Response ask(int status, String problem, Visitor who) {
    return Pages.page(status, Pages.Templates.code(problem, who.token())).build();
  }

  private static Response unknown(Refusal refusal, Visitor who) {
    return refusal instanceof Refusal.Denied
        ? Pages.said(
                429, "Too many wrong codes", "Wait ten minutes, then begin again at your terminal.")
            .build()
        : ask(404, "No device waits for this code. Look again, or begin anew there.", who);
  }

  private Uni<Response> withForm(
      byte[] body, HttpHeaders request, BiFunction<Form, Visitor, Uni<Response>> next) {
    return visitor(request)
        .chain(
            visitor -> {
              if (visitor.isEmpty()) {
                return Uni.createFrom().item(logInFirst(null));
              }
              return Form.parse(body) instanceof Outcome.Ok<Form>(Form form)
                      && Cookies.isFormToken(form.one("token").orElse(""), visitor.get().cookie())
                  ? next.apply(form, visitor.get())
                  : Uni.createFrom().item(notOurs());
            });
  }

  private static Response notOurs() {
    return Pages.said(403, "Not done", "This form is not of your session. Begin again.").build();
  }

  private Uni<Optional<Visitor>> visitor(HttpHeaders request) {
    return cookies
        .session(request)
        .map(
            cookie ->
                sessions
                    .person(cookie, book.current(), request.getHeaderString(RequestIds.HEADER))
                    .map(found -> found.map(who -> new Visitor(who, cookie))))
        .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
  }

  private Response logInFirst(@Nullable String code) {
    String back = code == null ? "/login/device" : "/login/device?user_code=" + code;
    return Response.seeOther(URI.create(issuer + "/login?next=" + LoginResource.encode(back)))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
