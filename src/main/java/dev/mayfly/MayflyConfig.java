package dev.mayfly;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What every room may need to know of this installation. Each room has its own mapping for the
 * rest.
 */
@ConfigMapping(prefix = "mayfly")
public interface MayflyConfig {

  /**
   * The issuer identifier (RFC 8414 2): the {@code iss} of every token, the base of every URL
   * served. No trailing slash.
   */
  String issuer();

  /** The folder for what a node without a configured database keeps. */
  @WithDefault("data")
  Path data();

  Node node();

  Database database();

  /** This node among the others. */
  interface Node {
    /** A name for logs and the info page; the host name when absent. */
    Optional<String> name();
  }

  /** Where PostgreSQL is. With no URL the embedded one is started. */
  interface Database {
    /** {@code postgresql://host:port/database}. */
    Optional<String> url();

    /** The database role; it owns the schema, for migrations run at start. */
    @WithDefault("mayfly")
    String username();

    /** Its password; better given by the environment than by a file in reach of others. */
    Optional<String> password();
  }
}
