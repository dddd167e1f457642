package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.Entry;
import dev.mayfly.credential.Facts;
import dev.mayfly.credential.Slot;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Uuids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What sshd writes into its log of who came in. */
class SshKeyIdTest {

  private static final String ADA = "spiffe://shop.test/people/ada";
  private static final String ASSISTANT = "spiffe://shop.test/support/assistant";

  @Test
  void bothAreNamed_whenAnAgentActsForAPerson() {
    assertThat(
            SshKind.keyId(facts(ASSISTANT, Optional.of(new Entry.Acting(ADA, "a task, not told")))))
        .startsWith(ADA + " by " + ASSISTANT + " grant ");
    assertThat(SshKind.keyId(facts(ADA, Optional.empty()))).startsWith(ADA + " grant ");
  }

  /** It is signed after it was recorded (rule 2): too late to refuse a name for its length. */
  @Test
  void longestNamesFit() {
    String longest = "spiffe://shop.test/" + "a".repeat(2029);
    assertThat(SshKind.keyId(facts(longest, Optional.of(new Entry.Acting(longest, "t")))))
        .hasSizeLessThanOrEqualTo(1024)
        .contains("... by ", "... grant ");
  }

  private static Facts facts(String client, Optional<Entry.Acting> acting) {
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    return new Facts(
        new CredentialId(Uuids.next(Clock.systemUTC())),
        new GrantId(Uuids.next(Clock.systemUTC())),
        client,
        acting,
        "deploy",
        "user",
        now,
        now.plus(Duration.ofMinutes(5)),
        new Slot(new ListId(1), "", 0),
        Optional.empty());
  }
}
