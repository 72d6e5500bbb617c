// Limits and faults.

import assert from "node:assert/strict";
import { GHLNetworkError, GHLRateLimitError, GHLServerError } from "@gohighlevel/api-client";
import {
  check,
  client,
  control,
  location,
  locationId,
  refused,
  sandbox,
  tokens,
  unique,
  withFault,
} from "../desk.mjs";

await check("limits: the 101st request in ten seconds is refused and told as a burst", async () => {
  const { token } = await control("POST", "tokens", { location_id: sandbox.other_location_id });
  const other = client({ privateIntegrationToken: token });
  const read = () => other.locations.getLocation({ locationId: sandbox.other_location_id });
  await control("POST", "clock", { advance_seconds: 20 });
  // All but the last, spent by somebody else: a slow machine would not make them in time.
  const spent = { calls: sandbox.burst - 1, location_id: sandbox.other_location_id };
  await control("POST", "spend", spent);
  await read();
  const error = await refused(GHLRateLimitError, read());
  assert.deepEqual([error.rateLimit.scope, error.rateLimit.remaining], ["burst", 0]);
  await control("POST", "clock", { advance_seconds: 10 });
  await read();
});

await check("faults: a 503 after the change was made", async () => {
  const email = unique("fault");
  const action = { kind: "status", status: 503, committed: true };
  await withFault("contacts.create-contact", action, () =>
    refused(GHLServerError, location.contacts.createContact({ locationId, email })),
  );
  const found = await location.contacts.getDuplicateContact({ locationId, email });
  assert.equal(found.contact.email, email);
});

await check("faults: a reset connection and the edge's HTML", async () => {
  const read = () => location.locations.getLocation({ locationId });
  await withFault("locations.get-location", { kind: "reset" }, () => refused(GHLNetworkError, read()));
  const error = await withFault("locations.get-location", { kind: "status", status: 502 }, () =>
    refused(GHLServerError, read()),
  );
  assert.match(error.message, /<html>/);
});
