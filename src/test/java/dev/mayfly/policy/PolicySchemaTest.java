package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped JSON Schema and the parser agree on the shape of a document, in both directions. */
class PolicySchemaTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchema SCHEMA = schema();

  @Test
  void bothAccept_whenThePolicyIsGood() throws IOException {
    agree(DocumentedPolicy.good(), true);
    agree(DocumentedPolicy.with(DocumentedPolicy.elevation()), true);
    agree(DocumentedPolicy.with(DocumentedPolicy.certificates()), true);
    agree(DocumentedPolicy.with(DocumentedPolicy.clients()), true);
    agree(Files.readString(Path.of("keys-dev/policy.yaml")), true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ceilings: {jwt: PT15M, grant: P1D, review: P365DT1H, review-grace: 0s}",
        "trusts: {github: {keys: {jwks-uri: 'https://issuer.example/keys'}, assertions: reusable}}",
        "trusts: {github: {keys: {jwks: {keys: [{kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo}]}}}}",
        "identities: {checkout: {kind: agent}}",
        "identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/x', attributes: [host]}}}",
        "identities: {pipeline: {federated: {spiffe-id: 'spiffe://shop.example/k8s/x-{claims[\"kubernetes.io\"].namespace}/{claims.sub}'}}}",
        "roles: {deployer: {algorithm: Ed25519, announce: true, condition: claims.a == 'b'}}",
        "entitlements: []",
      })
  void bothAccept_whenThePolicyIsWrittenAnotherWay(String fragment) {
    agree(DocumentedPolicy.with(fragment), true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema: 2",
        "schema: one",
        "revision: 0",
        "revision: 1.5",
        "revision: '7'",
        "trust-domain: Shop.example",
        "trust-domain: 'shop.example:443'",
        "surprise: 1",
        "ceilings: {jwt: 15}",
        "ceilings: {jwt: 15min}",
        "ceilings: {jwt: P}",
        "ceilings: {jwt: PT}",
        "ceilings: {jwt: -5m}",
        "ceilings: {jwt: P1Y}",
        "ceilings: {more: 5m}",
        "ceilings: []",
        "bootstrap: {more: x}",
        "ceilings: {jwt: 0s}",
        "ceilings: {grant: PT0S}",
        "bootstrap: {operator: ' '}",
        "trusts: []",
        "trusts: {Upper: {}}",
        "trusts: {github: {issuer: issuer.example}}",
        "trusts: {github: {issuer: 'https://issuer.example/#x'}}",
        "trusts: {github: {issuer: 'https://user@issuer.example/'}}",
        "trusts: {github: {keys: somewhere}}",
        "trusts: {github: {keys: {}}}",
        "trusts: {github: {keys: {jwks-uri: 'https://a.example/', jwks: {keys: []}}}}",
        "trusts: {github: {keys: {jwks: {keys: []}}}}",
        "trusts: {github: {algorithms: []}}",
        "trusts: {github: {algorithms: RS256}}",
        "trusts: {github: {algorithms: [RS256, RS256]}}",
        "trusts: {github: {assertions: twice}}",
        "trusts: {mesh: {spiffe: Mesh.example}}",
        "trusts: {mesh: {bundle: {url: 'mesh.example/bundle'}}}",
        "trusts: {mesh: {bundle: {url: 'https://a.example/', jwks: {keys: []}}}}",
        "trusts: {mesh: {assertions: reusable}}",
        "trusts: {mesh: {issuer: 'https://issuer.example'}}",
        "identities: {checkout: {kind: robot}}",
        "identities: {checkout: {owner: ''}}",
        "identities: {checkout: {owner: 7}}",
        "identities: {checkout: {owner: null}}",
        "identities: {checkout: {environment: Prod}}",
        "identities: {checkout: {review: tomorrow}}",
        "identities: {checkout: {review: '2027-6-1'}}",
        "identities: {checkout: {serves: ['no uri']}}",
        "identities: {checkout: {serves: []}}",
        "identities: {checkout: {federated: {trust: github, condition: 'true', spiffe-id: 'spiffe://shop.example/x'}}}",
        "identities: {third: {kind: agent, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/x'}}}",
        "identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/{claims.sub}'}}}",
        "identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/x', attributes: []}}}",
        "identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/x', attributes: [A-b]}}}",
        "identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {attributes: [host]}}}",
        "identities: {third: {kind: agent, owner: o, environment: prod, review: 2027-01-01}}",
        "identities: {checkout: {client: {spiffe-id: 'https://shop.example/x'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example/'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example/a//b'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example/a/..'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example/a%2Fb'}}}",
        "identities: {checkout: {client: {spiffe-id: 'spiffe://shop.example/{claims.sub}'}}}",
        "identities: {checkout: {client: {keys: []}}}",
        "identities: {checkout: {client: {keys: [text]}}}",
        "identities: {checkout: {client: {keys: [{}]}}}",
        "identities: {checkout: {client: {keys: [{kty: EC, crv: P-256, x: AA}]}}}",
        "identities: {checkout: {client: {keys: [{kty: oct, k: AA}]}}}",
        "identities: {checkout: {client: {keys: [{kty: RSA, n: AA, e: AQAB, d: AA}]}}}",
        "identities: {pipeline: {federated: {spiffe-id: 'spiffe://shop.example/{sub}'}}}",
        "identities: {pipeline: {federated: {spiffe-id: 'spiffe://shop.example/{claims.a-b}'}}}",
        "identities: {pipeline: {federated: {spiffe-id: 'spiffe://{claims.sub}/x'}}}",
        "identities: {pipeline: {federated: {condition: ''}}}",
        "roles: {deployer: {audiences: []}}",
        "roles: {deployer: {audiences: [relative/path]}}",
        "roles: {deployer: {audiences: ['https://x.example/#f']}}",
        "roles: {deployer: {scopes: ['a b']}}",
        "roles: {deployer: {scopes: ['a\"b']}}",
        "roles: {deployer: {scopes: [1]}}",
        "roles: {deployer: {ttl: null}}",
        "roles: {deployer: {algorithm: HS256}}",
        "roles: {deployer: {announce: 'yes'}}",
        "roles: {deployer: {environments: []}}",
        "roles: {deployer: {tll: 5m}}",
        "roles: {deployer: text}",
        "entitlements: {}",
        "entitlements: [{role: deployer}]",
        "entitlements: [{role: deployer, identity: pipeline, type: always, until: 2027-01-01}]",
        "entitlements: [{role: deployer, identity: pipeline, type: standing, until: 1}]",
        "entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2027-01-01, scopes: []}]",
        "entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2027-01-01, more: 1}]",
      })
  void bothRefuse_whenTheShapeIsWrong(String fragment) {
    agree(DocumentedPolicy.with(fragment), false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trusts: {staff: {login: {client: m, session: 1h}}}",
        "roles: {orders-admin: {risk: low}}",
        "roles: {orders-admin: {request: {inputs: {lines: {min: -5, max: 0}}}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {manager: true}}], checks: [], login: {}, inputs: {}}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {any: [{all: [{group: a}, {owner: true}]}, {group: b, count: 2}]}}]}}}",
      })
  void bothAccept_whenElevationIsWrittenAnotherWay(String fragment) {
    agree(DocumentedPolicy.with(DocumentedPolicy.elevation(), fragment), true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trusts: {staff: {keys: discovery}}",
        "trusts: {staff: {login: {client: ' '}}}",
        "trusts: {staff: {login: {scopes: [email]}}}",
        "trusts: {staff: {login: {scopes: []}}}",
        "trusts: {staff: {login: {session: 0s}}}",
        "trusts: {staff: {login: {secret: x}}}",
        "trusts: {staff: {login: []}}",
        "trusts: {other: {issuer: 'https://x.example', login: {client: m}}}",
        "identities: {engineers: {kind: workload}}",
        "identities: {engineers: {login: {role: ''}}}",
        "identities: {engineers: {login: {more: x}}}",
        "identities: {engineers: {federated: {trust: github, condition: 'true', spiffe-id: 'spiffe://shop.example/x'}}}",
        "identities: {engineers: {login: {spiffe-id: 'spiffe://shop.example/{sub}'}}}",
        "roles: {orders-admin: {risk: extreme}}",
        "roles: {orders-admin: {sender-constrained: mtls}}",
        "roles: {orders-admin: {request: {more: 1}}}",
        "roles: {orders-admin: {request: {usual: soon}}}",
        "roles: {orders-admin: {request: {waits: {more: 1d}}}}",
        "roles: {orders-admin: {request: {waits: 1d}}}",
        "roles: {orders-admin: {request: {inputs: {a-b: {type: boolean}}}}}",
        "roles: {orders-admin: {request: {inputs: {A: {type: boolean}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: string}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: float}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: integer, min: 1}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: integer, min: 1.5, max: 2}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: choice, of: []}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: choice, of: [x, x]}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: boolean, pattern: x}}}}}",
        "roles: {orders-admin: {request: {inputs: {a: {type: boolean, optional: maybe}}}}}",
        "roles: {orders-admin: {request: {login: {max-age: 0s}}}}",
        "roles: {orders-admin: {request: {login: {acr: []}}}}",
        "roles: {orders-admin: {request: {approval: []}}}",
        "roles: {orders-admin: {request: {approval: {rule: {owner: true}}}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {all: []}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {group: a, owner: true}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {owner: false}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {owner: true, count: 2}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {group: a, count: 0}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {group: a, count: 101}}]}}}",
        "roles: {orders-admin: {request: {approval: [{rule: {owner: true}, escalate: {after: 1h}}]}}}",
        "roles: {orders-admin: {request: {checks: [{name: a-b, url: 'https://x.example', timeout: 1s}]}}}",
        "roles: {orders-admin: {request: {checks: [{name: a, url: 'ftp://x.example', timeout: 1s}]}}}",
        "roles: {orders-admin: {request: {checks: [{name: a, url: 'https://x.example'}]}}}",
        "roles: {orders-admin: {request: {excludes: []}}}",
        "roles: {orders-admin: {request: {independent: 1}}}",
        "roles: {orders-admin: {request: {no-reciprocal: 0s}}}",
        "roles: {orders-admin: {request: {on-behalf: sre}}}",
        "roles: {orders-admin: {request: {break-glass: {reviewers: [], within: 1d}}}}",
        "roles: {orders-admin: {request: {break-glass: {within: 0s}}}}",
        "entitlements: [{role: orders-admin, identity: engineers, type: eligible, until: 2027-01-01, groups: []}]",
      })
  void bothRefuse_whenTheShapeOfElevationIsWrong(String fragment) {
    agree(DocumentedPolicy.with(DocumentedPolicy.elevation(), fragment), false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "identities: {printer: {certificate: {san-uri: 'urn:printer:7', san-dns: null}}}",
        "identities: {printer: {certificate: {san-ip: 10.0.0.7}}}",
        "identities: {printer: {certificate: {san-dns: '*.partner.example'}}}",
        "identities: {printer: {certificate: {san-dns: 'two names'}}}",
        "identities: {printer: {certificate: {self-signed: []}}}",
        "identities: {scanner: {certificate: {self-signed: []}}}",
        "identities: {scanner: {certificate: {self-signed: [text]}}}",
        "identities: {scanner: {certificate: {trust: partner}}}",
        "identities: {scanner: {certificate: {spiffe-id: 'spiffe://shop.example/{claims.sub}'}}}",
        "identities: {scanner: {join: {spiffe-id: 'spiffe://shop.example/x'}}}",
        "trusts: {partner: {issuer: 'https://issuer.example'}}",
        "trusts: {partner: {x509: {revocation: ocsp}}}",
        "trusts: {partner: {x509: {authorities: []}}}",
        "trusts: {partner: {x509: {authorities: [text]}}}",
        "roles: {deployer: {sender-constrained: tls}}",
      })
  void bothRefuse_whenTheShapeOfACertificatesClientIsWrong(String fragment) {
    agree(DocumentedPolicy.with(DocumentedPolicy.clients(), fragment), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"schema", "revision", "trust-domain", "ceilings"})
  void bothRefuse_whenATopKeyIsMissing(String key) {
    var document = DocumentedPolicy.load(DocumentedPolicy.good());
    document.remove(key);
    agree(new org.yaml.snakeyaml.Yaml().dump(document), false);
  }

  private static void agree(String text, boolean good) {
    JsonNode document = JSON.valueToTree(DocumentedPolicy.load(text));
    assertThat(SCHEMA.validate(document).isEmpty()).as("schema").isEqualTo(good);
    assertThat(PolicyParser.parse(text).policy().isPresent()).as("parser").isEqualTo(good);
  }

  private static JsonSchema schema() {
    try (InputStream stream =
        Objects.requireNonNull(PolicySchemaTest.class.getResourceAsStream("/policy-schema.json"))) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
