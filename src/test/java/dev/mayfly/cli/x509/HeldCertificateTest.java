package dev.mayfly.cli.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.credential.ssh.SshPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys as OpenSSL writes them, of all kinds that a client may have. */
class HeldCertificateTest {

  @TempDir Path folder;

  private Path made(String name, String subjectAltName, String... kind) {
    Path key = folder.resolve(name + ".key");
    String[] generate = {"openssl", "genpkey", "-out", key.toString(), "-algorithm"};
    String[] command = new String[generate.length + kind.length];
    System.arraycopy(generate, 0, command, 0, generate.length);
    System.arraycopy(kind, 0, command, generate.length, kind.length);
    SshPrograms.run(command).well();
    SshPrograms.run(
            "openssl",
            "req",
            "-x509",
            "-key",
            key.toString(),
            "-subj",
            "/CN=" + name,
            "-addext",
            "subjectAltName=" + subjectAltName,
            "-out",
            folder.resolve(name + ".pem").toString())
        .well();
    return key;
  }

  private HeldCertificate read(String certificate, Path key) throws IOException, Stop {
    return HeldCertificate.read(
        Files.readString(folder.resolve(certificate + ".pem")), Files.readString(key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EC -pkeyopt ec_paramgen_curve:P-256",
        "EC -pkeyopt ec_paramgen_curve:P-384",
        "RSA -pkeyopt rsa_keygen_bits:2048",
        "ED25519"
      })
  void everyKindIsRead_andMakesATlsContext(String kind) throws Exception {
    Path key = made("till", "DNS:till.shop.test,URI:spiffe://shop.test/till", kind.split(" ", -1));
    HeldCertificate held = read("till", key);
    assertThat(held.spiffeId()).contains("spiffe://shop.test/till");
    assertThat(TlsContext.of(Optional.empty(), Optional.of(held))).isPresent();
  }

  @Test
  void certificateWithoutASpiffeIdNamesNobody() throws Exception {
    Path key = made("printer", "DNS:printer.partner.test,URI:https://printer.test", "ED25519");
    assertThat(read("printer", key).spiffeId()).isEmpty();
  }

  @Test
  void keyOfAnotherCertificateIsRefused_andSoIsOneOfAnotherForm() throws Exception {
    Path one = made("one", "DNS:one.test", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    Path other = made("other", "DNS:other.test", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    assertThatThrownBy(() -> read("one", other)).hasMessageContaining("not that of the");
    Path old = folder.resolve("old.key");
    SshPrograms.run("openssl", "rsa", "-traditional", "-in", one.toString(), "-out", old.toString())
        .well();
    assertThatThrownBy(() -> read("one", old))
        .isInstanceOfSatisfying(
            Stop.class, stop -> assertThat(stop.advice()).contains("openssl pkcs8 -topk8"));
    assertThatThrownBy(() -> HeldCertificate.read("nothing", Files.readString(one)))
        .hasMessageContaining("no certificate in PEM");
  }
}
