// Drives the simulated HighLevel with HighLevel's official client: one line per check, exit code 1
// when one of them fails. One file per subject under suites/; they run in this order.

import { counts } from "./desk.mjs";

const suites = [
  "contacts",
  "search",
  "contact_links",
  "calendars",
  "locations",
  "opportunities",
  "conversations",
  "invoices",
  "payments",
  "products",
  "objects",
  "associations",
  "forms",
  "campaigns",
  "library",
  "users",
  "tokens",
  "oauth",
  "v3",
  "limits",
  "webhooks",
];

for (const suite of suites) {
  await import(`./suites/${suite}.mjs`);
}

console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);
