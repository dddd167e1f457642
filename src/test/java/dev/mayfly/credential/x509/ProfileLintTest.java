package dev.mayfly.credential.x509;

import static dev.mayfly.credential.x509.BrokenCertificates.HOUSE;
import static dev.mayfly.credential.x509.BrokenCertificates.SERVER;
import static dev.mayfly.credential.x509.BrokenCertificates.SVID;
import static dev.mayfly.credential.x509.BrokenCertificates.VALIDITY;
import static dev.mayfly.credential.x509.BrokenCertificates.assembled;
import static dev.mayfly.credential.x509.BrokenCertificates.changed;
import static dev.mayfly.credential.x509.BrokenCertificates.toBeSigned;
import static dev.mayfly.credential.x509.BrokenCertificates.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.key.Alg;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTCTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every line of the profile is broken once, alone where that is possible, and is found. */
class ProfileLintTest {

  @ParameterizedTest
  @MethodSource("dev.mayfly.credential.x509.BrokenCertificates#all")
  void brokenLineIsFound(BrokenCertificates.Broken broken) {
    byte[] certificate = assembled(broken.toBeSigned());
    assertThat(ProfileLint.before(certificate, broken.asked(), broken.issuer()))
        .anyMatch(finding -> finding.startsWith(broken.line() + " ("));
  }

  @ParameterizedTest
  @EnumSource(ProfileLine.class)
  void everyLineIsBrokenByATest(ProfileLine line) throws Exception {
    assertThat(BrokenCertificates.all().map(BrokenCertificates.Broken::line)).contains(line);
  }

  @Test
  void nothingIsFound_whenTheCertificateIsAsAskedFor() {
    for (CertificateTemplate asked : List.of(SVID, SERVER)) {
      byte[] der = assembled(toBeSigned(asked));
      assertThat(ProfileLint.before(der, asked, HOUSE.issuer)).isEmpty();
    }
  }

  @Test
  void formIsJudged_whenTheBytesAreNotDer() {
    byte[] good = assembled(toBeSigned(SVID));
    assertThat(ProfileLint.before(Arrays.copyOf(good, good.length + 1), SVID, HOUSE.issuer))
        .singleElement()
        .asString()
        .startsWith("IS_DER");
    assertThat(ProfileLint.before(new byte[0], SVID, HOUSE.issuer)).hasSize(1);
  }

  @Test
  void timeOfTheWrongKindIsNotRead() throws Exception {
    byte[] generalized =
        changed(
            SVID,
            VALIDITY,
            new DERSequence(
                new DERGeneralizedTime("20261122075800Z"), new DERUTCTime("261122085959Z")));
    assertThat(ProfileLint.before(assembled(generalized), SVID, HOUSE.issuer))
        .containsExactly("IS_DER (X.690 10): a time before 2050 is no UTCTime");
  }

  @Test
  void certificateIsRefusedAfterSigning_whenItIsNotWhatWasJudged() {
    byte[] judged = toBeSigned(SVID);
    byte[] signed = SignatureForm.ES256.assemble(judged, HOUSE.signAsIssuing(judged));
    assertThat(ProfileLint.after(signed, judged, HOUSE.issuer)).isEmpty();
    assertThat(ProfileLint.after(signed, toBeSigned(SERVER), HOUSE.issuer))
        .containsExactly("SAYS_WHAT_WAS_JUDGED (mayfly)");
    byte[] byAnother = SignatureForm.ES256.assemble(judged, HOUSE.signAsRoot(judged));
    assertThat(ProfileLint.after(byAnother, judged, HOUSE.issuer))
        .containsExactly("IS_SIGNED_BY_ITS_ISSUER (RFC 5280 6.1.3)");
  }

  /** Rule 2: what breaks the profile is never signed with the real key. */
  @Test
  void realKeyIsNotAsked_whenTheTemplateBreaksTheProfile() {
    CertificateTemplate outliving = until(Duration.ofDays(8)).apply(SVID);
    assertThatThrownBy(
            () ->
                CertificateSigning.sign(
                    outliving,
                    HOUSE.issuer,
                    Alg.ES256,
                    input -> {
                      throw new AssertionError("the real key was asked");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ENDS_WITH_ITS_ISSUER (rule 4)");
  }
}
