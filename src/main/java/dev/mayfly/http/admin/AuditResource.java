package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditQueries;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What happened. */
@Path("/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class AuditResource {

  private final AuditQueries audit;
  private final Answers answers;

  AuditResource(AuditQueries audit, Answers answers) {
    this.audit = audit;
    this.answers = answers;
  }

  /** What a caller filters by. */
  record Wanted(
      @QueryParam("subject") @Nullable String subject,
      @QueryParam("grant") @Nullable String grant,
      @QueryParam("identity") @Nullable String identity,
      @QueryParam("action") @Nullable String action,
      @QueryParam("since") @Nullable String since) {

    Outcome<AuditQueries.Filter> filter() {
      return Ask.id("grant", grant, GrantId::of).then(byGrant -> withGrant(byGrant));
    }

    private Outcome<AuditQueries.Filter> withGrant(Optional<GrantId> byGrant) {
      return Ask.id("identity", identity, IdentityId::of)
          .then(
              byIdentity ->
                  Ask.instant("since", since)
                      .then(
                          from ->
                              Outcome.ok(
                                  new AuditQueries.Filter(
                                      Optional.ofNullable(subject),
                                      byGrant,
                                      byIdentity,
                                      Optional.ofNullable(action),
                                      from))));
    }
  }

  /** One page, newest first. */
  @GET
  @Operation(summary = "Search audit events")
  public Uni<Response> list(
      @BeanParam Wanted wanted,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        Ask.page(limit, after, AuditQueries::isCursor)
            .thenUni(
                page ->
                    wanted.filter().thenUni(filter -> audit.list(filter, page).map(Outcome::ok))),
        page -> Wire.Listing.of(page.map(Wire.AuditEvent::of)));
  }
}
