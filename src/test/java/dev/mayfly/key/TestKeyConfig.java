package dev.mayfly.key;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The room's configuration with its defaults, and what a test changes of it. */
record TestKeyConfig(
    List<String> rings,
    Duration lifetime,
    Duration longest,
    Duration jwksMaxAge,
    Optional<Path> kekFile,
    Optional<List<Path>> previousKekFiles)
    implements KeyConfig {

  static TestKeyConfig of(String... rings) {
    return new TestKeyConfig(
        List.of(rings),
        Duration.ofHours(24),
        Duration.ofHours(1),
        Duration.ofMinutes(5),
        Optional.empty(),
        Optional.empty());
  }

  TestKeyConfig withLifetime(Duration lifetime, Duration longest) {
    return new TestKeyConfig(rings, lifetime, longest, jwksMaxAge, kekFile, previousKekFiles);
  }

  TestKeyConfig withMaxAge(Duration maxAge) {
    return new TestKeyConfig(rings, lifetime, longest, maxAge, kekFile, previousKekFiles);
  }

  TestKeyConfig withKek(Path file, Path... previous) {
    return new TestKeyConfig(
        rings, lifetime, longest, jwksMaxAge, Optional.of(file), Optional.of(List.of(previous)));
  }

  @Override
  public Jwt jwt() {
    return new Jwt() {
      @Override
      public Duration lifetime() {
        return lifetime;
      }

      @Override
      public Duration longest() {
        return longest;
      }
    };
  }

  @Override
  public StatusList statuslist() {
    return new StatusList() {
      @Override
      public Duration lifetime() {
        return Duration.ofDays(30);
      }

      @Override
      public Duration longest() {
        return Duration.ofHours(24);
      }
    };
  }

  /** Of keys that no test changes. */
  private record Periods(Duration lifetime, Duration longest) implements Root, X509, Ocsp, Ssh {}

  @Override
  public Root root() {
    return new Periods(Duration.ofDays(3650), Duration.ofDays(7));
  }

  @Override
  public X509 x509() {
    return new Periods(Duration.ofDays(7), Duration.ofHours(28)); // L/6: the most there may be
  }

  @Override
  public Ocsp ocsp() {
    return new Periods(Duration.ofDays(30), Duration.ofHours(24));
  }

  @Override
  public Ssh ssh() {
    return new Periods(Duration.ofDays(90), Duration.ofHours(24));
  }

  @Override
  public Duration refreshHint() {
    return Duration.ofMinutes(1);
  }

  @Override
  public Duration skew() {
    return Duration.ofMinutes(1);
  }

  @Override
  public Duration refresh() {
    return Duration.ofSeconds(2);
  }

  @Override
  public Duration tick() {
    return Duration.ofSeconds(5);
  }
}
