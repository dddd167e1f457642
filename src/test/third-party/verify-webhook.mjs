// Verifies a webhook with the Standard Webhooks' own library. In, as JSON on stdin: secret, headers, body.
// Out: the library's reading of the body; it throws when the signature is not good.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(process.cwd() + '/target/third-party/');
const { Webhook } = require('standardwebhooks');
const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'));

console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
