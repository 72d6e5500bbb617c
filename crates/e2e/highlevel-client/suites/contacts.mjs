// Contacts.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, readContact, refused, unique } from "../desk.mjs";

await check("contacts: create answers the contact with its location and times", async () => {
  const answer = await location.contacts.createContact({
    locationId,
    firstName: "Ada",
    lastName: "King",
    email: unique("ada"),
    phone: "(555) 700-0001",
    address1: "1 Mill Street",
    companyName: "Cobalt Cycles",
    source: "conformance",
    tags: ["alpha", "beta"],
  });
  assert.equal(answer.contact.locationId, locationId);
  assert.equal(answer.contact.phone, "+15557000001");
  assert.deepEqual(answer.contact.tags, ["alpha", "beta"]);
  assert.ok(!Number.isNaN(Date.parse(answer.contact.dateAdded)));
  assert.equal(typeof answer.traceId, "string");
});

await check("contacts: create answers 201 and the five limit headers", async () => {
  const response = await location.getHttpClient().post("/contacts/", {
    locationId,
    email: unique("status"),
  });
  assert.equal(response.status, 201);
  for (const name of [
    "x-ratelimit-limit-daily",
    "x-ratelimit-daily-remaining",
    "x-ratelimit-interval-milliseconds",
    "x-ratelimit-max",
    "x-ratelimit-remaining",
  ]) {
    assert.match(response.headers[name], /^\d+$/, name);
  }
});

await check("contacts: get reads what was created", async () => {
  const made = await newContact({ lastName: "Read", timezone: "America/New_York" });
  const read = await readContact(made.id);
  assert.equal(read.fullNameLowerCase, "conny read");
  assert.equal(read.timezone, "America/New_York");
  assert.equal(read.email, made.email);
});

await check("contacts: a whole name is split", async () => {
  const made = await newContact({ firstName: undefined, name: "Grace Brewster Hopper" });
  const read = await readContact(made.id);
  assert.equal(read.firstName, "Grace");
  assert.equal(read.lastName, "Brewster Hopper");
});

await check("contacts: update changes what it names and keeps the rest", async () => {
  const made = await newContact({ city: "Albany", tags: ["a"] });
  const answer = await location.contacts.updateContact({ contactId: made.id }, { lastName: "New" });
  assert.equal(answer.succeded, true);
  const read = await readContact(made.id);
  assert.deepEqual([read.lastName, read.city, read.tags], ["New", "Albany", ["a"]]);
});

await check("contacts: update replaces the tags", async () => {
  const made = await newContact({ tags: ["a", "b"] });
  await location.contacts.updateContact({ contactId: made.id }, { tags: ["c"] });
  assert.deepEqual((await readContact(made.id)).tags, ["c"]);
});

await check("contacts: update refuses locationId", async () => {
  const made = await newContact();
  const error = await refused(
    GHLValidationError,
    location.contacts.updateContact({ contactId: made.id }, { locationId }),
  );
  assert.equal(error.statusCode, 422);
  assert.deepEqual(error.response.message, ["property locationId should not exist"]);
  assert.equal(typeof error.response.traceId, "string");
});

await check("contacts: custom fields are written by id or key and read by id", async () => {
  const { customFields } = await location.locations.getCustomFields({ locationId });
  const field = customFields.find((one) => one.fieldKey === "contact.support_plan");
  const byKey = await newContact({ customFields: [{ key: "support_plan", field_value: "gold" }] });
  const byId = await newContact({ customFields: [{ id: field.id, field_value: "silver" }] });
  assert.deepEqual((await readContact(byKey.id)).customFields, [{ id: field.id, value: "gold" }]);
  assert.deepEqual((await readContact(byId.id)).customFields, [{ id: field.id, value: "silver" }]);
});

await check("contacts: updating one custom field keeps the others", async () => {
  const made = await newContact({
    customFields: [
      { key: "support_plan", field_value: "gold" },
      { key: "workstations", field_value: 7 },
    ],
  });
  const body = { customFields: [{ key: "contact.workstations", field_value: 8 }] };
  await location.contacts.updateContact({ contactId: made.id }, body);
  const values = (await readContact(made.id)).customFields.map((field) => field.value);
  assert.deepEqual(values.sort(), [8, "gold"].sort());
});

await check("contacts: do-not-disturb settings are merged by channel", async () => {
  const made = await newContact({ dndSettings: { SMS: { status: "active", message: "m", code: "c" } } });
  const body = { dnd: true, dndSettings: { Email: { status: "inactive" } } };
  await location.contacts.updateContact({ contactId: made.id }, body);
  const read = await readContact(made.id);
  assert.equal(read.dnd, true);
  assert.equal(read.dndSettings.SMS.status, "active");
  assert.equal(read.dndSettings.Email.status, "inactive");
});

await check("contacts: an unknown do-not-disturb status is refused", async () => {
  const body = { locationId, dndSettings: { SMS: { status: "maybe" } } };
  const error = await refused(GHLValidationError, location.contacts.createContact(body));
  assert.match(error.message, /dndSettings\.SMS\.status must be one of/);
});

await check("contacts: a duplicate is refused and names the contact", async () => {
  const made = await newContact();
  const body = { locationId, email: made.email.toUpperCase() };
  const error = await refused(GHLValidationError, location.contacts.createContact(body));
  assert.equal(error.statusCode, 400);
  assert.equal(error.response.meta.contactId, made.id);
  assert.equal(error.response.meta.matchingField, "email");
});

await check("contacts: a duplicate is found by phone in any form", async () => {
  const made = await newContact({ phone: "+15557000020" });
  const body = { locationId, phone: "555-700-0020" };
  const error = await refused(GHLValidationError, location.contacts.createContact(body));
  assert.equal(error.response.meta.contactId, made.id);
  assert.equal(error.response.meta.matchingField, "phone");
});

await check("contacts: the search for duplicates decodes a plus and answers null for nobody", async () => {
  const made = await newContact({ phone: "+15557000030" });
  const byPhone = await location.contacts.getDuplicateContact({ locationId, number: "+15557000030" });
  assert.equal(byPhone.contact.id, made.id);
  const byEmail = await location.contacts.getDuplicateContact({ locationId, email: made.email });
  assert.equal(byEmail.contact.id, made.id);
  const nobody = await location.contacts.getDuplicateContact({ locationId, email: unique("nobody") });
  assert.equal(nobody.contact, null);
});

await check("contacts: upsert creates, then updates", async () => {
  const email = unique("upsert");
  const first = await location.contacts.upsertContact({ locationId, email, firstName: "One" });
  const second = await location.contacts.upsertContact({ locationId, email, firstName: "Two" });
  assert.deepEqual([first.new, second.new], [true, false]);
  assert.equal(second.contact.id, first.contact.id);
  assert.equal(second.contact.firstName, "Two");
  assert.equal(typeof second.traceId, "string");
});

await check("contacts: upsert silently drops a phone that is another's", async () => {
  const one = await newContact({ phone: "+15557000041" });
  await newContact({ phone: "+15557000042" });
  const body = { locationId, email: one.email, phone: "+15557000042" };
  const answer = await location.contacts.upsertContact(body);
  assert.equal(answer.contact.id, one.id);
  assert.equal(answer.contact.phone, "+15557000041");
});

await check("contacts: upsert by phone alone finds the contact", async () => {
  const one = await newContact({ phone: "+15557000050" });
  const answer = await location.contacts.upsertContact({ locationId, phone: "+1 555 700 0050" });
  assert.equal(answer.contact.id, one.id);
});

await check("contacts: createNewIfDuplicateAllowed is ignored where duplicates are not allowed", async () => {
  const one = await newContact();
  const body = { locationId, email: one.email, createNewIfDuplicateAllowed: true };
  assert.equal((await location.contacts.upsertContact(body)).new, false);
});

await check("contacts: delete makes it unknown", async () => {
  const made = await newContact();
  assert.equal((await location.contacts.deleteContact({ contactId: made.id })).succeded, true);
  const error = await refused(GHLNotFoundError, location.contacts.getContact({ contactId: made.id }));
  assert.equal(error.response.statusCode, 404);
  await refused(GHLNotFoundError, location.contacts.deleteContact({ contactId: made.id }));
});

await check("contacts: the deprecated list pages by moment and id to the end", async () => {
  const seen = new Set();
  let cursor = {};
  for (;;) {
    const page = await location.contacts.getContacts({ locationId, limit: 100, ...cursor });
    for (const contact of page.contacts) seen.add(contact.id);
    if (!page.meta.startAfterId) {
      assert.equal(seen.size, page.count);
      break;
    }
    cursor = { startAfter: page.meta.startAfter, startAfterId: page.meta.startAfterId };
  }
  assert.ok(seen.size > 500);
});

await check("contacts: the list refuses a limit above 100", async () => {
  await refused(GHLValidationError, location.contacts.getContacts({ locationId, limit: 101 }));
});

await check("contacts: a head is answered as the read is, without its body", async () => {
  const made = await newContact({ firstName: "Heady" });
  const response = await location.getHttpClient().head(`/contacts/${made.id}`);
  assert.equal(response.status, 200);
  assert.match(response.headers["content-type"], /^application\/json/);
  assert.ok(!response.data);
  const absent = location.getHttpClient().head("/contacts/AbsentAbsentAbsent00");
  assert.equal((await refused(GHLNotFoundError, absent)).statusCode, 404);
});
