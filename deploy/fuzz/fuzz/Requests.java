package fuzz;

import dev.mayfly.Outcome;
import dev.mayfly.credential.x509.CertificationRequest;

/** Octets sent as a request for a certificate: an answer, whatever they are, and no exception. */
public final class Requests {

  private Requests() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Outcome<CertificationRequest> answer = CertificationRequest.parse(data);
    if (answer == null) {
      throw new IllegalStateException("no answer");
    }
  }
}
