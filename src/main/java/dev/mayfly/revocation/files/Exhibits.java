package dev.mayfly.revocation.files;

import dev.mayfly.credential.ssh.SshKind;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Authority;
import dev.mayfly.credential.x509.TrustBundle;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingName;
import dev.mayfly.policy.SshRules;
import dev.mayfly.revocation.list.PublishedLists;
import dev.mayfly.revocation.list.ServedList;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds what this node serves, byte for byte, at the paths at which it serves it. */
@ApplicationScoped
class Exhibits {

  private static final Pattern LISTS =
      Pattern.compile("status-lists/[1-9][0-9]*|crl/[1-9][0-9]*\\.crl|ssh/krl");

  private static final Pattern AUTHORITIES =
      Pattern.compile("ca/trust\\.pem|ca/[A-Za-z0-9_-]{43}\\.cer|ssh/(user|host)-ca\\.pub");

  /** A list says its own path, after an issuer that may have been another when it was opened. */
  private static final Pattern END_OF_URI = Pattern.compile("(?:^|/)(" + LISTS + ")$");

  private final PublishedLists lists;
  private final KeyRings rings;
  private final Authorities authorities;
  private final TrustBundle bundle;
  private final SshKind ssh;

  Exhibits(
      PublishedLists lists,
      KeyRings rings,
      Authorities authorities,
      TrustBundle bundle,
      SshKind ssh) {
    this.lists = lists;
    this.rings = rings;
    this.authorities = authorities;
    this.bundle = bundle;
    this.ssh = ssh;
  }

  /** What there is to show now. */
  List<Exhibit> all() {
    return Stream.of(lists(lists.all()), authorities()).flatMap(Optional::stream).toList();
  }

  /** Empty while this node has taken up no publication. */
  static Optional<Exhibit> lists(PublishedLists.Shown shown) {
    Map<String, Exhibit.Piece> files = new HashMap<>();
    Set<String> left = new HashSet<>();
    for (ServedList list : shown.lists()) {
      Matcher path = END_OF_URI.matcher(list.uri());
      if (path.find()) {
        if (list.seq() <= shown.publication()) {
          files.put(path.group(1), new Exhibit.Piece(list.seq(), list.document()));
        } else {
          left.add(path.group(1)); // it comes with the others of its publication
        }
      }
    }
    return shown.publication() == 0
        ? Optional.empty()
        : Optional.of(new Exhibit("lists", shown.publication(), files, left, LISTS));
  }

  /** Empty while what was loaded at different times does not fit together: a moment. */
  private Optional<Exhibit> authorities() {
    long version = rings.version();
    TrustBundle.Roots roots = bundle.roots();
    Map<String, byte[]> files = new HashMap<>();
    Set<String> left = new HashSet<>();
    Stream.of(RingName.ROOT, RingName.X509)
        .flatMap(purpose -> rings.keys(purpose).stream())
        .forEach(key -> left.add("ca/" + key.id().value() + ".cer"));
    for (Authority authority : authorities.all()) {
      files.put("ca/" + authority.key().value() + ".cer", authority.der());
    }
    if (!roots.isEmpty()) {
      files.put("ca/trust.pem", roots.pem());
    }
    files.put("ssh/user-ca.pub", ssh.lines(SshRules.Type.USER));
    files.put("ssh/host-ca.pub", ssh.lines(SshRules.Type.HOST));
    Map<String, Exhibit.Piece> pieces = new HashMap<>();
    files.forEach((path, bytes) -> pieces.put(path, new Exhibit.Piece(roots.sequence(), bytes)));
    return version == 0 || roots.version() != version || rings.version() != version
        ? Optional.empty()
        : Optional.of(new Exhibit("authorities", roots.sequence(), pieces, left, AUTHORITIES));
  }
}
