package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.policy.Findings.Position;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads the public keys of a document; anything private or shared stops here, unrepeated. */
final class JwkReader {

  /** RFC 7518 6.2.2 and 6.3.2: the members that only a private key has. */
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "priv");

  private JwkReader() {}

  /** A list of JWKs (RFC 7517 4) under this key of the section. */
  static List<JWK> read(Section section, String key) {
    Optional<Node> node = section.node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof SequenceNode list) || list.getValue().isEmpty()) {
      section.error(FindingCode.WRONG_TYPE, key, key + " must be a list of at least one JWK");
      return List.of();
    }
    List<JWK> keys = new ArrayList<>();
    for (Node item : list.getValue()) {
      read(item, section.findings()).ifPresent(keys::add);
    }
    return keys;
  }

  private static Optional<JWK> read(Node node, Findings findings) {
    Position at = YamlSource.position(node);
    Map<String, Object> members = members(node, findings);
    if (members.isEmpty()) {
      findings.error(FindingCode.BAD_KEY, at, "this must be a JWK (RFC 7517)");
      return Optional.empty();
    }
    if ("oct".equals(members.get("kty")) || members.containsKey("k")) {
      findings.error(
          FindingCode.SYMMETRIC_KEY,
          at,
          "a symmetric key is a shared secret: use an EC, OKP or RSA public key, and change this one");
      return Optional.empty();
    }
    if (members.keySet().stream().anyMatch(PRIVATE::contains)) {
      findings.error(
          FindingCode.PRIVATE_KEY,
          at,
          "this holds a private key: put only its public part here, and change the key");
      return Optional.empty();
    }
    try {
      return Optional.of(JWK.parse(members));
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      findings.error(FindingCode.BAD_KEY, at, "this is no valid public JWK");
      return Optional.empty();
    }
  }

  /** Text and lists of text, as a public JWK has them; anything else makes the key unreadable. */
  private static Map<String, Object> members(Node node, Findings findings) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      return members;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        return Map.of();
      }
      Object value =
          switch (tuple.getValueNode()) {
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode list ->
                list.getValue().stream()
                    .filter(ScalarNode.class::isInstance)
                    .map(item -> ((ScalarNode) item).getValue())
                    .toList();
            default -> Map.of();
          };
      if (members.put(key.getValue(), value) != null) {
        findings.error(
            FindingCode.DUPLICATE_KEY, YamlSource.position(key), "this member is given twice");
      }
    }
    return members;
  }
}
