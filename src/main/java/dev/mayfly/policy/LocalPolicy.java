package dev.mayfly.policy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.DevelopmentMaterial;
import dev.mayfly.StartRefused;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** This node's policy file: read, judged, and looked at again when it changes. */
@ApplicationScoped
public class LocalPolicy {

  private static final Logger LOG = Logger.getLogger(LocalPolicy.class);

  private final Optional<Path> file;
  private final InstantSource clock;
  private final List<String> profiles;

  /** The text last judged by {@link #next}: the same text is judged, and complained of, once. */
  private volatile Optional<PolicyText> judged = Optional.empty();

  /** A revision that lint found free of errors. */
  record Revision(Policy policy, PolicyText text) {}

  @Inject
  LocalPolicy(PolicyConfig config, InstantSource clock) {
    this(config.file(), clock, ConfigUtils.getProfiles());
  }

  /**
   * For tests and tools: the profiles are what decides whether development material may be used.
   */
  public LocalPolicy(Optional<Path> file, InstantSource clock, List<String> profiles) {
    this.file = file;
    this.clock = clock;
    this.profiles = List.copyOf(profiles);
  }

  /** The file at the first start. Whatever is wrong with it refuses the start. Blocks. */
  Optional<Revision> first() {
    return file.map(path -> usable(path, read(path)));
  }

  /**
   * The file at a later start. The active document itself was judged when it was activated, so a
   * date in it that has passed since does not refuse the start. Blocks.
   */
  Optional<Revision> first(PolicyText active) {
    return file.flatMap(
        path -> {
          PolicyText text = read(path);
          return text.equals(active) ? Optional.empty() : Optional.of(usable(path, text));
        });
  }

  /** The file's revision if it has changed and is higher than this; never fails for its content. */
  Uni<Optional<Revision>> next(long known) {
    return file.isEmpty()
        ? Uni.createFrom().item(Optional.empty())
        : Uni.createFrom()
            .item(() -> look(file.get(), known))
            .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  /** Keys that everybody has prove nothing. */
  void refuseDevelopmentMaterial(Policy policy) {
    if (!DevelopmentMaterial.isForbidden(profiles)) {
      return;
    }
    List<String> users =
        policy.identities().values().stream()
            .filter(
                entry ->
                    entry.proving() instanceof Proving.PrivateKeyJwt client
                        && holdsDevelopmentKey(client.keys().getKeys()))
            .map(entry -> "identities." + entry.id())
            .toList();
    List<String> trusts =
        policy.trusts().values().stream()
            .filter(
                trust ->
                    trust.keys() instanceof KeySource.StaticJwks fixed
                        && holdsDevelopmentKey(fixed.keys().getKeys()))
            .map(trust -> "trusts." + trust.id())
            .toList();
    if (!users.isEmpty() || !trusts.isEmpty()) {
      throw new StartRefused(
          "the policy uses development keys of keys-dev/, whose private parts are public, in "
              + Stream.concat(trusts.stream(), users.stream())
                  .sorted()
                  .collect(Collectors.joining(", "))
              + ": use a policy of your own, or start with -Dquarkus.profile=dev");
    }
  }

  private Optional<Revision> look(Path path, long known) {
    try {
      PolicyText text = read(path);
      if (judged.filter(text::equals).isPresent()) {
        return Optional.empty();
      }
      return Optional.of(usable(path, text)).filter(found -> isNews(path, found, known));
    } catch (StartRefused e) {
      LOG.errorf("%s; the policy stays at revision %d", e.why(), known);
      return Optional.empty();
    }
  }

  private static boolean isNews(Path path, Revision found, long known) {
    long revision = found.policy().revision();
    if (revision < known) {
      LOG.warnf(
          "the policy file %s has revision %d, which is lower than the active one, %d: it is not"
              + " taken until it has a higher one",
          path, revision, known);
    }
    return revision >= known;
  }

  private Revision usable(Path path, PolicyText text) {
    judged = Optional.of(text);
    PolicyDocument.Judged result = PolicyDocument.judge(text.text(), clock.instant());
    String findings =
        result.findings().stream()
            .map(finding -> "  " + path + ":" + finding)
            .collect(Collectors.joining("\n"));
    if (!result.isClean()) {
      throw new StartRefused(
          "the policy file has errors (docs/policy.md says what each code means):\n" + findings);
    }
    if (!findings.isEmpty()) {
      LOG.warnf("the policy file has warnings:\n%s", findings);
    }
    Revision revision = new Revision(result.policy().orElseThrow(), text);
    refuseDevelopmentMaterial(revision.policy());
    return revision;
  }

  private static PolicyText read(Path path) {
    try {
      return new PolicyText(Files.readString(path));
    } catch (IOException e) {
      throw new StartRefused(
          "the policy file %s cannot be read: %s".formatted(path, e.getClass().getSimpleName()));
    }
  }

  private static boolean holdsDevelopmentKey(List<JWK> keys) {
    return keys.stream().anyMatch(key -> DevelopmentMaterial.isKnown(thumbprint(key)));
  }

  private static String thumbprint(JWK key) {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
