package dev.mayfly.boot;

import org.flywaydb.core.Flyway;

/** Brings a database to the schema of this build; the same on the embedded one and on a cluster. */
public final class Migrations {

  private Migrations() {}

  /** Runs what is missing. Several nodes may start at once: Flyway holds a lock while it works. */
  public static void run(DatabaseAddress address) {
    Flyway.configure()
        .dataSource(address.jdbcUrl(), address.user(), address.password())
        .locations("classpath:db/migration")
        .load()
        .migrate();
  }
}
