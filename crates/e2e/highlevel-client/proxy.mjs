// HighLevel's official client through the hub's token proxy: its address is the proxy's, and its token
// is an API key of the hub. One line per check, exit code 1 when one of them fails.
//
// Reads HIGHWIRE_PROXY: crates/e2e/tests/proxy/official_client.rs shows how.

import assert from "node:assert/strict";
import { HighLevel } from "@gohighlevel/api-client";

const proxy = JSON.parse(process.env.HIGHWIRE_PROXY);
const locationId = proxy.location_id;
let failed = 0;

function client(key) {
  const made = new HighLevel({ logLevel: "none", privateIntegrationToken: key });
  made.getHttpClient().defaults.baseURL = proxy.url;
  return made;
}

async function check(name, act) {
  try {
    await act();
    console.log(`ok     ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error?.message ?? error}`);
    console.log(JSON.stringify(error?.response ?? error?.response?.data ?? "", null, 2));
  }
}

async function refused(status, promise) {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.statusCode ?? error.status ?? error.response?.status, status, String(error));
    return error;
  }
  assert.fail("it was not refused");
}

const hub = client(proxy.key);
let contactId;

await check("a contact is made", async () => {
  const email = `proxy-${Date.now()}@example.com`;
  const answer = await hub.contacts.createContact({ locationId, firstName: "Ada", email });
  assert.equal(answer.contact.locationId, locationId);
  contactId = answer.contact.id;
});

await check("it is read, changed and tagged", async () => {
  await hub.contacts.updateContact({ contactId }, { lastName: "King" });
  await hub.contacts.addTags({ contactId }, { tags: ["proxied"] });
  const read = await hub.contacts.getContact({ contactId });
  assert.equal(read.contact.lastName, "King");
  assert.deepEqual(read.contact.tags, ["proxied"]);
});

await check("it is searched, with the location of the connection", async () => {
  const found = await hub.contacts.searchContactsAdvanced({ locationId, pageLimit: 5 });
  assert.ok(found.total > 0);
});

await check("a note is made and listed", async () => {
  await hub.contacts.createNote({ contactId }, { body: "Through the hub." });
  const notes = await hub.contacts.getAllNotes({ contactId });
  assert.equal(notes.notes.length, 1);
});

await check("lists with a query are read", async () => {
  const calendars = await hub.calendars.getCalendars({ locationId });
  assert.ok(Array.isArray(calendars.calendars));
  const pipelines = await hub.opportunities.getPipelines({ locationId });
  assert.ok(Array.isArray(pipelines.pipelines));
});

await check("an absent contact is HighLevel's refusal", async () => {
  await assert.rejects(hub.contacts.getContact({ contactId: "AbsentAbsentAbsent00" }));
});

await check("another location is refused", async () => {
  await refused(403, hub.calendars.getCalendars({ locationId: proxy.other_location_id }));
});

await check("what is not allowed is refused", async () => {
  await refused(403, hub.contacts.deleteContact({ contactId }));
});

await check("a key that only reads writes nothing", async () => {
  const reader = client(proxy.reading_key);
  assert.equal((await reader.contacts.getContact({ contactId })).contact.id, contactId);
  await refused(403, reader.contacts.updateContact({ contactId }, { lastName: "No" }));
});

process.exit(failed === 0 ? 0 : 1);
