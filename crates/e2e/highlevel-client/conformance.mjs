// Drives the simulated HighLevel with HighLevel's official client: one line per check, exit code 1
// when one of them fails.
//
// Reads HIGHLEVEL_SANDBOX, the JSON that `highwire sandbox --json` prints for it
// with the tokens of the other location and the agency. Faults and time are set through /_sandbox,
// which only the simulation has.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import {
  GHLAuthenticationError,
  GHLForbiddenError,
  GHLNetworkError,
  GHLNotFoundError,
  GHLRateLimitError,
  GHLServerError,
  GHLValidationError,
  HighLevel,
  UserType,
  WebhookManager,
} from "@gohighlevel/api-client";

const sandbox = JSON.parse(needed("HIGHLEVEL_SANDBOX"));
const { url, location_id: locationId, company_id: companyId } = sandbox;
const appId = sandbox.client_id.split("-")[0];
const ABSENT_ID = "AbsentAbsentAbsent00";

const location = client({ privateIntegrationToken: sandbox.token });
const elsewhere = client({ privateIntegrationToken: sandbox.other_token });
const agency = client({ privateIntegrationToken: sandbox.agency_token });

function needed(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`set ${name}: crates/e2e/tests/highlevel_official_client.rs shows how`);
    process.exit(2);
  }
  return value;
}

function client(options) {
  const made = new HighLevel({ logLevel: "none", ...options });
  made.getHttpClient().defaults.baseURL = url;
  return made;
}

// A client with the app's credentials and this token, as an app has after its installation.
function appClient(options) {
  return client({
    clientId: sandbox.client_id,
    clientSecret: sandbox.client_secret,
    ...options,
  });
}

async function control(method, path, body) {
  const response = await fetch(`${url}/_sandbox/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.equal(response.status, 200, `${method} ${path}`);
  return response.json();
}

async function withFault(operation, action, act) {
  await control("POST", "faults", [{ operation, action, count: 1 }]);
  try {
    return await act();
  } finally {
    await control("DELETE", "faults");
  }
}

// The error of what must be refused.
async function refused(kind, promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof kind, `another error: ${error} (${error.constructor.name})`);
    return error;
  }
  assert.fail("it was not refused");
}

// A code for the app, by way of the consent page.
async function consent(more = {}) {
  const link = new URL(
    location.oauth.getAuthorizationUrl(sandbox.client_id, sandbox.redirect_uri, more.scope ?? ""),
  );
  const local = new URL(link.pathname, url);
  for (const [name, value] of link.searchParams) {
    if (value) local.searchParams.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) local.searchParams.set(name, value);
  local.searchParams.set("auto_approve", "true");
  const response = await fetch(local, { redirect: "manual" });
  assert.equal(response.status, 302);
  const back = new URL(response.headers.get("location"));
  assert.equal(`${back.origin}${back.pathname}`, sandbox.redirect_uri);
  return back.searchParams.get("code");
}

const credentials = { client_id: sandbox.client_id, client_secret: sandbox.client_secret };

async function tokens(more = {}, user_type = undefined) {
  const code = await consent(more);
  const body = { ...credentials, grant_type: "authorization_code", code };
  if (user_type) body.user_type = user_type;
  return fresh().oauth.getAccessToken(body);
}

// A client without any token, for the token endpoint alone.
function fresh() {
  return appClient({ locationAccessToken: "none" });
}

let failed = 0;
let passed = 0;

async function check(name, act) {
  try {
    await act();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${error.stack ?? error}`);
  }
}

const unique = (() => {
  let count = 0;
  return (prefix) => `${prefix}.${(count += 1)}@conformance.example`;
})();

async function newContact(fields = {}) {
  const body = { locationId, email: unique("contact"), firstName: "Conny", ...fields };
  return (await location.contacts.createContact(body)).contact;
}

const readContact = async (contactId) => (await location.contacts.getContact({ contactId })).contact;

// ---- contacts

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

// ---- search

const search = (body) => location.contacts.searchContactsAdvanced({ locationId, pageLimit: 100, ...body });

await check("search: pages by number do not overlap", async () => {
  const one = await search({ page: 1, pageLimit: 50 });
  const two = await search({ page: 2, pageLimit: 50 });
  const ids = new Set([...one.contacts, ...two.contacts].map((row) => row.id));
  assert.equal(ids.size, 100);
  assert.equal(one.total, two.total);
});

await check("search: searchAfter reaches every contact once", async () => {
  const seen = [];
  let after;
  for (;;) {
    const page = await search({ pageLimit: 200, ...(after && { searchAfter: after }) });
    if (page.contacts.length === 0) {
      assert.equal(new Set(seen).size, page.total);
      assert.equal(seen.length, page.total);
      break;
    }
    seen.push(...page.contacts.map((row) => row.id));
    after = page.contacts.at(-1).searchAfter;
  }
});

await check("search: pageLimit is required and ends at 500", async () => {
  const error = await refused(
    GHLValidationError,
    location.contacts.searchContactsAdvanced({ locationId }),
  );
  assert.equal(error.statusCode, 422);
  await refused(GHLValidationError, search({ pageLimit: 501 }));
});

await check("search: every operator", async () => {
  const marker = unique("operator");
  const made = await newContact({ email: marker, city: "Operatown", tags: ["op one", "op two"] });
  const only = { field: "email", operator: "eq", value: marker };
  const found = async (filter) => {
    const page = await search({ filters: [only, filter] });
    return page.contacts.length === 1 && page.contacts[0].id === made.id;
  };
  assert.ok(await found({ field: "city", operator: "eq", value: "operatown" }));
  assert.ok(!(await found({ field: "city", operator: "not_eq", value: "Operatown" })));
  assert.ok(await found({ field: "city", operator: "contains", value: "ratow" }));
  assert.ok(!(await found({ field: "city", operator: "not_contains", value: "ratow" })));
  assert.ok(await found({ field: "tags", operator: "eq", value: ["op two"] }));
  assert.ok(await found({ field: "phone", operator: "not_exists" }));
  assert.ok(!(await found({ field: "phone", operator: "exists" })));
  const at = Date.parse((await readContact(made.id)).dateAdded);
  assert.ok(await found({ field: "dateAdded", operator: "range", value: { gte: at, lte: at } }));
  assert.ok(!(await found({ field: "dateAdded", operator: "range", value: { gt: at } })));
});

await check("search: groups nest and custom fields are searched by id", async () => {
  const { customFields } = await location.locations.getCustomFields({ locationId });
  const field = customFields.find((one) => one.fieldKey === "contact.support_plan");
  const made = await newContact({ customFields: [{ id: field.id, field_value: "platinum-77" }] });
  const page = await search({
    filters: [
      {
        group: "OR",
        filters: [
          { field: "email", operator: "eq", value: unique("absent") },
          { field: `customFields.${field.id}`, operator: "eq", value: "platinum-77" },
        ],
      },
    ],
  });
  assert.deepEqual(page.contacts.map((row) => row.id), [made.id]);
});

await check("search: an unknown field is a 400", async () => {
  const filters = [{ field: "shoeSize", operator: "eq", value: 44 }];
  assert.equal((await refused(GHLValidationError, search({ filters }))).statusCode, 400);
});

await check("search: a text is found in names and addresses", async () => {
  const made = await newContact({ firstName: "Quillon", lastName: "Vexley" });
  const page = await search({ query: "quillon vex" });
  assert.deepEqual(page.contacts.map((row) => row.id), [made.id]);
});

await check("search: sorting in both directions", async () => {
  const sorted = async (direction) => {
    const page = await search({ sort: [{ field: "email", direction }], pageLimit: 200 });
    return page.contacts.filter((row) => row.email).map((row) => row.email.toLowerCase());
  };
  const up = await sorted("asc");
  assert.deepEqual(up, [...up].sort());
  const down = await sorted("desc");
  assert.deepEqual(down, [...down].sort().reverse());
});

await check("search: rows have address and a numeric birthday, and no dndSettings", async () => {
  const email = unique("row");
  await newContact({ email, address1: "5 Ferry Road", dateOfBirth: "1990-09-25" });
  const page = await search({ filters: [{ field: "email", operator: "eq", value: email }] });
  const [row] = page.contacts;
  assert.equal(row.address, "5 Ferry Road");
  assert.equal(row.dateOfBirth, Date.UTC(1990, 8, 25));
  assert.ok(!("dndSettings" in row) && !("address1" in row));
});

// ---- tags, notes, tasks, followers, workflows

await check("tags: adding and removing leave the others alone", async () => {
  const made = await newContact({ tags: ["kept"] });
  const added = await location.contacts.addTags({ contactId: made.id }, { tags: ["new", "kept"] });
  assert.deepEqual(added.tags, ["kept", "new"]);
  const left = await location.contacts.removeTags({ contactId: made.id }, { tags: ["new"] });
  assert.deepEqual(left.tags, ["kept"]);
});

await check("tags: a contact's new tag is known to the location", async () => {
  await newContact({ tags: ["brand new tag"] });
  const { tags } = await location.locations.getLocationTags({ locationId });
  assert.ok(tags.some((tag) => tag.name === "brand new tag" && tag.locationId === locationId));
});

await check("tags: a location's tag is created, read, renamed and deleted", async () => {
  const { tag } = await location.locations.createTag({ locationId }, { name: "life" });
  const params = { locationId, tagId: tag.id };
  assert.equal((await location.locations.getTagById(params)).tag.name, "life");
  await location.locations.updateTag(params, { name: "after" });
  assert.equal((await location.locations.getTagById(params)).tag.name, "after");
  assert.equal((await location.locations.deleteTag(params)).succeded, true);
  await refused(GHLNotFoundError, location.locations.getTagById(params));
});

await check("notes: create, list, read, update and delete", async () => {
  const { id: contactId } = await newContact();
  const { note } = await location.contacts.createNote({ contactId }, { body: "first" });
  assert.equal(note.contactId, contactId);
  assert.equal((await location.contacts.getAllNotes({ contactId })).notes.length, 1);
  await location.contacts.updateNote({ contactId, id: note.id }, { body: "second" });
  assert.equal((await location.contacts.getNote({ contactId, id: note.id })).note.body, "second");
  assert.equal((await location.contacts.deleteNote({ contactId, id: note.id })).succeded, true);
  await refused(GHLNotFoundError, location.contacts.getNote({ contactId, id: note.id }));
});

await check("notes: a note needs a body", async () => {
  const { id: contactId } = await newContact();
  const error = await refused(GHLValidationError, location.contacts.createNote({ contactId }, {}));
  assert.ok(error.response.message.includes("body should not be empty"));
});

await check("tasks: create, list, complete and delete", async () => {
  const { id: contactId } = await newContact();
  const body = { title: "Call", dueDate: "2027-01-02T09:00:00Z", completed: false };
  const { task } = await location.contacts.createTask({ contactId }, body);
  const params = { contactId, taskId: task.id };
  const done = await location.contacts.updateTaskCompleted(params, { completed: true });
  assert.equal(done.task.completed, true);
  await location.contacts.updateTask(params, { title: "Call again" });
  assert.equal((await location.contacts.getTask(params)).task.title, "Call again");
  assert.equal((await location.contacts.getAllTasks({ contactId })).tasks.length, 1);
  assert.equal((await location.contacts.deleteTask(params)).succeded, true);
  await refused(GHLNotFoundError, location.contacts.getTask(params));
});

await check("tasks: the location's search finds them by contact", async () => {
  const { id: contactId } = await newContact();
  const body = { title: "Found", dueDate: "2027-01-02T09:00:00Z", completed: false };
  await location.contacts.createTask({ contactId }, body);
  const found = await location.locations.taskSearch({ locationId }, { contactId: [contactId], completed: false });
  assert.deepEqual(found.tasks.map((task) => task.title), ["Found"]);
});

await check("appointments: a new contact has none", async () => {
  const { id: contactId } = await newContact();
  assert.deepEqual((await location.contacts.getAppointmentsForContact({ contactId })).events, []);
});

await check("followers: added once and removed", async () => {
  const { id: contactId } = await newContact();
  const body = { followers: ["u1", "u2"] };
  const added = await location.contacts.addFollowersContact({ contactId }, body);
  assert.deepEqual(added.followersAdded, ["u1", "u2"]);
  const again = await location.contacts.addFollowersContact({ contactId }, { followers: ["u2"] });
  assert.deepEqual([again.followers, again.followersAdded], [["u1", "u2"], []]);
  const left = await location.contacts.removeFollowersContact({ contactId }, { followers: ["u1"] });
  assert.deepEqual([left.followers, left.followersRemoved], [["u2"], ["u1"]]);
});

await check("workflows: listed, entered and left", async () => {
  const { id: contactId } = await newContact();
  const { workflows } = await location.workflows.getWorkflow({ locationId });
  const params = { contactId, workflowId: workflows[0].id };
  const body = { eventStartTime: "2027-01-02T09:00:00+01:00" };
  assert.equal((await location.contacts.addContactToWorkflow(params, body)).succeded, true);
  assert.equal((await location.contacts.deleteContactFromWorkflow(params, {})).succeded, true);
});

// ---- locations

await check("locations: a location's token reads its own", async () => {
  const read = await location.locations.getLocation({ locationId });
  assert.equal(read.location.companyId, companyId);
  assert.equal(read.location.settings.allowDuplicateContact, false);
});

await check("locations: the search shows an agency all and a location itself", async () => {
  const all = await agency.locations.searchLocations({ companyId });
  assert.equal(all.locations.length, 2);
  const own = await location.locations.searchLocations({});
  assert.deepEqual(own.locations.map((one) => one.id), [locationId]);
});

await check("locations: time zones", async () => {
  const zones = await location.locations.getTimezones({ locationId });
  assert.ok(zones.timeZones.includes("America/New_York"));
});

await check("locations: an update by the agency changes the duplicate rule", async () => {
  const settings = (allowDuplicateContact) => ({ companyId, settings: { allowDuplicateContact } });
  await agency.locations.putLocation({ locationId }, settings(true));
  const one = await newContact();
  const body = { locationId, email: one.email };
  assert.notEqual((await location.contacts.createContact(body)).contact.id, one.id);
  const forced = { ...body, createNewIfDuplicateAllowed: true };
  assert.equal((await location.contacts.upsertContact(forced)).new, true);
  await agency.locations.putLocation({ locationId }, settings(false));
  await refused(GHLValidationError, location.contacts.createContact(body));
});

await check("custom fields: create, read, rename and delete", async () => {
  const body = { name: "Shoe size", dataType: "NUMERICAL", model: "contact", position: 1 };
  const { customField } = await location.locations.createCustomField({ locationId }, body);
  assert.equal(customField.fieldKey, "contact.shoe_size");
  const params = { locationId, id: customField.id };
  await location.locations.updateCustomField(params, { name: "Shoes" });
  assert.equal((await location.locations.getCustomField(params)).customField.name, "Shoes");
  assert.equal((await location.locations.deleteCustomField(params)).succeded, true);
  await refused(GHLNotFoundError, location.locations.getCustomField(params));
});

await check("custom fields: listed by model", async () => {
  const { customFields } = await location.locations.getCustomFields({ locationId, model: "opportunity" });
  assert.ok(customFields.length > 0);
  assert.ok(customFields.every((field) => field.model === "opportunity"));
});

await check("custom values: create, list, change and delete", async () => {
  const body = { name: "Slogan", value: "Ahoy" };
  const { customValue } = await location.locations.createCustomValue({ locationId }, body);
  const params = { locationId, id: customValue.id };
  await location.locations.updateCustomValue(params, { name: "Slogan", value: "Aye" });
  assert.equal((await location.locations.getCustomValue(params)).customValue.value, "Aye");
  const { customValues } = await location.locations.getCustomValues({ locationId });
  assert.ok(customValues.some((one) => one.id === customValue.id));
  assert.equal((await location.locations.deleteCustomValue(params)).succeded, true);
});

// ---- opportunities

const pipelines = (await location.opportunities.getPipelines({ locationId })).pipelines;

async function newOpportunity(fields = {}) {
  const { id: contactId } = await newContact({ firstName: "Dealer" });
  const body = { locationId, pipelineId: pipelines[0].id, name: "Deal", status: "open", contactId };
  return (await location.opportunities.createOpportunity({ ...body, ...fields })).opportunity;
}

await check("pipelines: stages have ids, names and positions", async () => {
  assert.equal(pipelines.length, 2);
  assert.deepEqual(pipelines[0].stages.map((stage) => stage.position), [0, 1, 2, 3]);
});

await check("opportunities: create starts in the first stage and shows the contact", async () => {
  const made = await newOpportunity({ monetaryValue: 99.5 });
  assert.equal(made.pipelineStageId, pipelines[0].stages[0].id);
  const { opportunity } = await location.opportunities.getOpportunity({ id: made.id });
  assert.equal(opportunity.monetaryValue, 99.5);
  assert.equal(opportunity.contact.name, "Dealer");
});

await check("opportunities: a second one of a contact in a pipeline is a duplicate", async () => {
  const made = await newOpportunity();
  const error = await refused(GHLValidationError, newOpportunity({ contactId: made.contactId }));
  assert.equal(error.response.code, "OPPORTUNITY_NO_DUPLICATE");
  assert.equal(error.response.meta.existingId, made.id);
});

await check("opportunities: stage, status and value change", async () => {
  const { id } = await newOpportunity();
  const stage = pipelines[0].stages[2].id;
  await location.opportunities.updateOpportunity({ id }, { pipelineStageId: stage, monetaryValue: 7 });
  assert.equal((await location.opportunities.updateOpportunityStatus({ id }, { status: "won" })).succeded, true);
  const { opportunity } = await location.opportunities.getOpportunity({ id });
  assert.deepEqual(
    [opportunity.pipelineStageId, opportunity.monetaryValue, opportunity.status],
    [stage, 7, "won"],
  );
  await refused(GHLValidationError, location.opportunities.updateOpportunityStatus({ id }, { status: "sold" }));
});

await check("opportunities: search pages by number and by key", async () => {
  const query = { locationId: undefined, location_id: locationId, limit: 50 };
  const find = (more) =>
    location.getHttpClient().get("/opportunities/search", { params: { ...query, ...more } });
  const seen = new Set();
  let cursor = {};
  let total;
  for (;;) {
    const { data } = await find(cursor);
    for (const row of data.opportunities) seen.add(row.id);
    total = data.meta.total;
    if (!data.meta.startAfterId) break;
    cursor = { startAfter: data.meta.startAfter, startAfterId: data.meta.startAfterId };
  }
  assert.equal(seen.size, total);
  const second = (await find({ page: 2 })).data;
  assert.deepEqual([second.meta.currentPage, second.meta.prevPage], [2, 1]);
});

await check("opportunities: search filters by contact and status", async () => {
  const made = await newOpportunity();
  const find = (status) =>
    location.opportunities.searchOpportunity({ locationId, contactId: made.contactId, location_id: locationId, contact_id: made.contactId, status });
  assert.deepEqual((await find("open")).opportunities.map((row) => row.id), [made.id]);
  assert.deepEqual((await find("lost")).opportunities, []);
});

await check("opportunities: the search by body", async () => {
  const made = await newOpportunity({ name: "Xylophone deal" });
  const additionalDetails = { notes: false, tasks: false, calendarEvents: false, unReadConversations: false };
  const body = { locationId, query: "xylophone", limit: 10, page: 1, searchAfter: [], additionalDetails };
  const found = await location.opportunities.searchOpportunitiesAdvanced(body);
  assert.deepEqual([found.total, found.opportunities[0].id], [1, made.id]);
});

await check("opportunities: upsert updates by id", async () => {
  const made = await newOpportunity();
  const body = {
    id: made.id,
    locationId,
    pipelineId: pipelines[0].id,
    name: "Renamed",
    followers: [],
    isRemoveAllFollowers: false,
    followersActionType: "add",
  };
  const answer = await location.opportunities.upsertOpportunity(body);
  assert.deepEqual([answer.new, answer.opportunity.name], [false, "Renamed"]);
});

await check("opportunities: delete makes it unknown", async () => {
  const { id } = await newOpportunity();
  assert.equal((await location.opportunities.deleteOpportunity({ id })).succeded, true);
  await refused(GHLNotFoundError, location.opportunities.getOpportunity({ id }));
});

// ---- users and businesses

await check("users: listed, searched, read and found by e-mail", async () => {
  const { users } = await location.users.getUserByLocation({ locationId });
  assert.equal(users.length, 3);
  const found = await location.users.searchUsers({ companyId, query: "marek" });
  assert.deepEqual([found.count, found.users[0].firstName], [1, "Ruben"]);
  assert.equal((await location.users.getUser({ userId: users[0].id })).id, users[0].id);
  const byEmail = await agency.users.filterUsersByEmail({ companyId, emails: users[1].email });
  assert.equal(byEmail.users[0].id, users[1].id);
});

await check("users: a location's token does not see people of elsewhere", async () => {
  const { users } = await location.users.getUserByLocation({ locationId });
  const ruben = users.find((user) => user.firstName === "Ruben");
  await refused(GHLNotFoundError, elsewhere.users.getUser({ userId: ruben.id }));
});

await check("businesses: create and update answer under the misspelt key", async () => {
  const made = await location.businesses.createBusiness({ locationId, name: "Cobalt" });
  const businessId = made.buiseness.id;
  const changed = await location.businesses.updateBusiness({ businessId }, { city: "Albany" });
  assert.equal(changed.buiseness.city, "Albany");
  assert.equal((await location.businesses.getBusiness({ businessId })).business.name, "Cobalt");
  assert.equal((await location.businesses.deleteBusiness({ businessId })).success, true);
  await refused(GHLNotFoundError, location.businesses.getBusiness({ businessId }));
});

// ---- tokens, versions, scopes

await check("auth: an unknown private token", async () => {
  const wrong = client({ privateIntegrationToken: "pit-00000000-0000-4000-8000-000000000000" });
  const error = await refused(GHLAuthenticationError, wrong.locations.getLocation({ locationId }));
  assert.match(error.message, /Invalid Private Integration token/);
});

await check("auth: an agency's token on a location's operation", async () => {
  const error = await refused(GHLAuthenticationError, agency.contacts.getContacts({ locationId }));
  assert.match(error.message, /user type mismatch/);
});

await check("auth: another location, by its id and by a contact's", async () => {
  const error = await refused(GHLForbiddenError, elsewhere.contacts.getContacts({ locationId }));
  assert.match(error.message, /does not have access to this location/);
  const { id: contactId } = await newContact();
  await refused(GHLForbiddenError, elsewhere.contacts.getContact({ contactId }));
});

await check("auth: a scope that the token lacks", async () => {
  const { token } = await control("POST", "tokens", { scopes: ["contacts.readonly"] });
  const reader = client({ privateIntegrationToken: token });
  await reader.contacts.getContacts({ locationId });
  const body = { locationId, email: unique("scope") };
  const error = await refused(GHLAuthenticationError, reader.contacts.createContact(body));
  assert.match(error.message, /not authorized for this scope/);
});

await check("versions: published ones are taken and others refused by their form", async () => {
  for (const apiVersion of ["2021-07-28", "2021-04-15", "2023-02-21", "v3", "legacy"]) {
    const one = client({ privateIntegrationToken: sandbox.token, apiVersion });
    await one.locations.getLocation({ locationId });
  }
  const read = (apiVersion) =>
    client({ privateIntegrationToken: sandbox.token, apiVersion }).locations.getLocation({ locationId });
  await refused(GHLAuthenticationError, read("2020-99-99"));
  await refused(GHLValidationError, read("v9"));
});

await check("routes: an unknown path is HighLevel's 404", async () => {
  const error = await refused(GHLNotFoundError, location.getHttpClient().get("/nowhere"));
  assert.equal(error.message, "Cannot GET /nowhere");
});

// ---- OAuth

await check("oauth: a code becomes a location's tokens", async () => {
  const pair = await tokens();
  assert.equal(pair.userType, "Location");
  assert.equal(pair.locationId, locationId);
  assert.equal(pair.expires_in, 86399);
  assert.equal(pair.token_type, "Bearer");
  const app = appClient({ locationAccessToken: pair.access_token });
  assert.ok((await app.contacts.getContacts({ locationId })).count > 0);
});

await check("oauth: a code works once, and an unknown one never", async () => {
  const code = await consent();
  const body = { ...credentials, grant_type: "authorization_code", code };
  await fresh().oauth.getAccessToken(body);
  const error = await refused(GHLAuthenticationError, fresh().oauth.getAccessToken(body));
  assert.equal(error.response.error_description, "Authorization code not found");
});

await check("oauth: bad input is named in a list", async () => {
  const body = { ...credentials, grant_type: "password" };
  const error = await refused(GHLValidationError, fresh().oauth.getAccessToken(body));
  assert.equal(error.statusCode, 422);
  assert.match(error.response.message.join(), /grant_type must be one of/);
});

await check("oauth: scopes that were not asked for are not given", async () => {
  const pair = await tokens({ scope: "contacts.readonly" });
  assert.equal(pair.scope, "contacts.readonly");
  const app = appClient({ locationAccessToken: pair.access_token });
  await app.contacts.getContacts({ locationId });
  await refused(GHLAuthenticationError, app.opportunities.getPipelines({ locationId }));
});

await check("oauth: a refresh rotates, with 30 seconds of grace", async () => {
  const pair = await tokens();
  const refresh = (token) =>
    fresh().oauth.refreshToken(token, sandbox.client_id, sandbox.client_secret, "refresh_token", UserType.Location);
  const first = await refresh(pair.refresh_token);
  const same = await refresh(pair.refresh_token);
  assert.equal(same.access_token, first.access_token);
  assert.notEqual(first.refresh_token, pair.refresh_token);
  await control("POST", "clock", { advance_seconds: 31 });
  const error = await refused(GHLValidationError, refresh(pair.refresh_token));
  assert.equal(error.response.error, "invalid_grant");
  assert.ok((await refresh(first.refresh_token)).access_token);
});

await check("oauth: the client refreshes an expired token by itself", async () => {
  const pair = await tokens();
  const app = appClient({});
  await app.getSessionStorage().setSession(locationId, { ...pair, expire_at: Date.now() + 1e9 });
  await control("POST", "clock", { advance_seconds: 86_400 });
  assert.ok((await app.contacts.getContacts({ locationId })).count > 0);
});

await check("oauth: a company's token lists installations and becomes a location's", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  assert.deepEqual([pair.userType, pair.isBulkInstallation], ["Company", true]);
  const app = appClient({ agencyAccessToken: pair.access_token });
  const installed = await app.oauth.getInstalledLocation({ companyId, appId });
  assert.equal(installed.count, 2);
  assert.ok(installed.locations.every((one) => one.isInstalled && one._id));
  const own = await app.oauth.getLocationAccessToken({ companyId, locationId: sandbox.other_location_id });
  const there = appClient({ locationAccessToken: own.access_token });
  const listed = await there.contacts.getContacts({ locationId: sandbox.other_location_id });
  assert.ok(listed.count > 0);
});

await check("oauth: installed locations need the app's id, and no private token", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  const app = appClient({ agencyAccessToken: pair.access_token });
  await refused(GHLValidationError, app.oauth.getInstalledLocation({ companyId }));
  await refused(GHLAuthenticationError, agency.oauth.getInstalledLocation({ companyId, appId }));
});

await check("oauth: a company's token on a location's scope", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  const app = appClient({ agencyAccessToken: pair.access_token });
  const error = await refused(GHLAuthenticationError, app.contacts.getContacts({ locationId }));
  assert.match(error.message, /authClass type is not allowed/);
});

// ---- limits and faults

await check("limits: the 101st request in ten seconds is refused and told as a burst", async () => {
  const { token } = await control("POST", "tokens", { location_id: sandbox.other_location_id });
  const other = client({ privateIntegrationToken: token });
  const read = () => other.locations.getLocation({ locationId: sandbox.other_location_id });
  await control("POST", "clock", { advance_seconds: 20 });
  let error;
  for (let count = 0; count < sandbox.burst + 1 && !error; count += 1) {
    await read().catch((thrown) => (error = thrown));
  }
  assert.ok(error instanceof GHLRateLimitError, `${error}`);
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

// ---- webhooks

await check("webhooks: changes and installations arrive, and the client verifies them", async () => {
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ body: Buffer.concat(chunks).toString(), signature: request.headers["x-ghl-signature"] });
      response.end("{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await control("PUT", "subscription", { url: `http://127.0.0.1:${server.address().port}/` });
    const made = await newContact();
    await location.contacts.addTags({ contactId: made.id }, { tags: ["told"] });
    await newOpportunity();
    await consent();
    const wanted = [
      "ContactCreate",
      "ContactTagUpdate",
      "ContactCreate",
      "OpportunityCreate",
      "OpportunityUpdate",
      "INSTALL",
    ];
    const end = Date.now() + 5000;
    while (received.length < wanted.length && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(received.map((one) => JSON.parse(one.body).type), wanted);
    const manager = location.webhooks;
    assert.ok(manager instanceof WebhookManager);
    const key = sandbox.webhook_public_keys[0];
    for (const one of received) {
      assert.ok(manager.verifyEd25519Signature(one.body, one.signature, key));
      assert.ok(!manager.verifyEd25519Signature(`${one.body} `, one.signature, key));
    }
  } finally {
    server.close();
  }
});

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
