package dev.mayfly.http.admin;

import dev.mayfly.MayflyConfig;
import dev.mayfly.key.CryptoProvider;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.Node;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What runs here. */
@Path("/v1/info")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
public class InfoResource {

  private final MayflyConfig mayfly;
  private final Node node;
  private final PolicyBook book;
  private final String version;

  InfoResource(
      MayflyConfig mayfly,
      Node node,
      PolicyBook book,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.mayfly = mayfly;
    this.node = node;
    this.book = book;
    this.version = version;
  }

  /** From memory: it answers while the database is away. */
  @GET
  @Operation(summary = "Version, node, crypto provider, policy version, kind of database")
  public Wire.Info info() {
    CryptoProvider crypto = CryptoProvider.chosen();
    return new Wire.Info(
        version,
        mayfly.issuer(),
        node.id().toString(),
        node.name(),
        crypto.name() + " " + crypto.version(),
        book.current().version(),
        mayfly.database().url().isPresent() ? "external" : "embedded");
  }
}
