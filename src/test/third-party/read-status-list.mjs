// Reads a status list token with two libraries that are not ours, and checks its signature with Node's own crypto.
// In, as JSON on stdin: jwt, jwk, credential (an unsigned token that points at one entry), size. Out: what each saw.
import { createRequire } from 'node:module';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const require = createRequire(process.cwd() + '/target/third-party/');
const libraries = ['@sd-jwt/jwt-status-list', '@owf/token-status-list'];
const { jwt, jwk, credential, size } = JSON.parse(readFileSync(0, 'utf8'));

const [header, claims, signature] = jwt.split('.');
const key = createPublicKey({ key: jwk, format: 'jwk' });
const signed = verify('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' },
  Buffer.from(signature, 'base64url'));

const seen = { signed };
for (const name of libraries) {
  const { getListFromStatusListJWT, getStatusListFromJWT } = require(name);
  const list = getListFromStatusListJWT(jwt);
  const entry = getStatusListFromJWT(credential);
  const invalid = [];
  for (let index = 0; index < size; index++) {
    if (list.getStatus(index) === 1) {
      invalid.push(index);
    }
  }
  seen[name] = { bits: list.getBitsPerStatus(), invalid, credential: list.getStatus(entry.idx), uri: entry.uri };
}
console.log(JSON.stringify(seen));
