// Verifies messages as an application does, with the reference implementation of Standard Webhooks.
//
// WEBHOOKS_FILE names a JSON file: [{"headers": {…}, "body": "…", "accepted": [secret], "refused":
// [secret]}]. Every message must verify under each accepted secret and under no refused one, and
// under none once anything of it was changed.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const messages = JSON.parse(readFileSync(process.env.WEBHOOKS_FILE, "utf8"));
let failed = 0;

function verifies(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function check(what, holds) {
  if (!holds) {
    failed += 1;
    console.log(`FAILED ${what}`);
  }
}

for (const [index, { headers, body, accepted, refused }] of messages.entries()) {
  for (const secret of accepted) {
    check(`message ${index} is accepted`, verifies(secret, body, headers));
    check(`message ${index} with another body`, !verifies(secret, `${body} `, headers));
    for (const [name, value] of [
      ["webhook-id", "evt_other"],
      ["webhook-timestamp", String(Number(headers["webhook-timestamp"]) + 1)],
    ]) {
      check(`message ${index} with another ${name}`, !verifies(secret, body, { ...headers, [name]: value }));
    }
  }
  for (const secret of refused) {
    check(`message ${index} under another secret`, !verifies(secret, body, headers));
  }
}
check("there are messages", messages.length > 0);
console.log(`${messages.length} messages, ${failed} checks failed`);
process.exit(failed === 0 ? 0 : 1);
