// The third generation: its words, its pages, its errors.

import assert from "node:assert/strict";
import {
  ABSENT_ID,
  appId,
  check,
  client,
  companyId,
  consent,
  control,
  location,
  locationId,
  pipelines,
  sandbox,
  third,
  unique,
} from "../desk.mjs";

const v3 = client({ privateIntegrationToken: sandbox.token, apiVersion: "v3" });

const app = { clientId: sandbox.client_id, clientSecret: sandbox.client_secret };

async function pair(more = {}) {
  const code = await consent(more);
  const form = { ...app, grantType: "authorization_code", code };
  return (await third("POST", "/oauth/token", { form })).body;
}

async function contact(more = {}) {
  const body = { locationId, email: unique("third"), ...more };
  return (await v3.contacts.createContact(body)).contact;
}

await check("v3: a code is exchanged and refreshed in camel case, as a form and as JSON", async () => {
  const first = await pair();
  assert.deepEqual([first.tokenType, first.expiresIn, first.access_token], ["Bearer", 86399, undefined]);
  const body = { ...app, grantType: "refresh_token", refreshToken: first.refreshToken };
  const next = await third("POST", "/oauth/token", { body });
  assert.equal(next.status, 200);
  assert.notEqual(next.body.refreshToken, first.refreshToken);
  const read = await third("GET", `/locations/${locationId}`, { token: next.body.accessToken });
  assert.equal(read.status, 200);
});

await check("v3: names of the older form are refused", async () => {
  const form = { client_id: app.clientId, client_secret: app.clientSecret, grant_type: "refresh_token" };
  const refused = await third("POST", "/oauth/token", { form });
  assert.equal(refused.status, 422);
  assert.ok(refused.body.message.includes("property client_id should not exist"));
});

await check("v3: installed locations are paged by token, there and back", async () => {
  const { accessToken: token } = await pair({ user_type: "Company" });
  const list = (more) =>
    third("GET", `/oauth/installed-locations?companyId=${companyId}&appId=${appId}&pageSize=10${more}`, { token });
  const ids = [];
  let pages = 0;
  let next = "";
  do {
    const { body } = await list(next && `&pageToken=${next}`);
    assert.equal(body.pagination.currentPageSize, body.items.length);
    assert.equal(body.pagination.hasPrevPage, pages > 0);
    assert.equal(body.pagination.hasNextPage, body.pagination.nextPageToken !== undefined);
    ids.push(...body.items.map((one) => one._id));
    next = body.pagination.nextPageToken;
    pages += 1;
  } while (next);
  const total = (await list("")).body.pagination.totalRecords;
  assert.deepEqual([ids.length, new Set(ids).size, pages], [total, total, Math.ceil(total / 10)]);
  assert.equal((await list(`&locationId=${locationId}`)).body.metadata.filterApplied.locationId, locationId);
});

await check("v3: errors of installed locations stand in an envelope", async () => {
  const { accessToken: token } = await pair({ user_type: "Company" });
  const list = (query) => third("GET", `/oauth/installed-locations?companyId=${companyId}&${query}`, { token });
  const bad = await list(`appId=${appId}&pageToken=nonsense`);
  assert.deepEqual([bad.status, bad.body.error.code], [400, "INVALID_ARGUMENT"]);
  const unknown = await list("appId=unknown");
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, "RESOURCE_NOT_FOUND"]);
  assert.ok(unknown.body.error.message && unknown.body.error.resolution);
});

await check("v3: a company's token becomes a location's", async () => {
  const { accessToken: token } = await pair({ user_type: "Company" });
  const own = await third("POST", "/oauth/location-token", { token, form: { companyId, locationId } });
  assert.deepEqual([own.status, own.body.locationId, own.body.appId], [200, locationId, appId]);
  assert.ok(own.body.accessToken && own.body.refreshToken);
});

await check("v3: paths of one generation alone", async () => {
  const { accessToken: token } = await pair({ user_type: "Company" });
  const path = `/oauth/installed-locations?companyId=${companyId}&appId=${appId}`;
  const older = await third("GET", path, { token, version: "2021-07-28" });
  assert.equal(older.status, 404);
  const removed = await third("GET", `/users/?locationId=${locationId}`);
  assert.deepEqual([removed.status, removed.body.error], [400, "Bad Request"]);
});

await check("v3: channels of do-not-disturb are lower-cased, and the older form sees its own", async () => {
  const dndSettings = { call: { status: "active" }, whatsApp: { status: "inactive" } };
  const made = await contact({ dndSettings });
  assert.deepEqual(made.dndSettings, dndSettings);
  const changed = await v3.contacts.updateContact({ contactId: made.id }, { dndSettings: { sms: { status: "permanent" } } });
  assert.equal(changed.succeeded, true);
  assert.deepEqual(Object.keys(changed.contact.dndSettings).sort(), ["call", "sms", "whatsApp"]);
  const older = (await location.contacts.getContact({ contactId: made.id })).contact;
  assert.deepEqual(Object.keys(older.dndSettings).sort(), ["Call", "SMS", "WhatsApp"]);
  const wrong = await third("PUT", `/contacts/${made.id}`, { body: { dndSettings: { SMS: { status: "active" } } } });
  assert.equal(wrong.status, 422);
});

await check("v3: custom values come as fieldValue", async () => {
  const { customFields } = await v3.locations.getCustomFields({ locationId, model: "contact" });
  const field = customFields.find((one) => one.dataType === "TEXT");
  const made = await contact({ customFields: [{ id: field.id, fieldValue: "gold" }] });
  assert.deepEqual(made.customFields, [{ id: field.id, value: "gold" }]);
});

await check("v3: a deletion succeeded under both spellings", async () => {
  const made = await contact();
  const { note } = await v3.contacts.createNote({ contactId: made.id }, { body: "n" });
  const gone = await v3.contacts.deleteNote({ contactId: made.id, id: note.id });
  assert.deepEqual([gone.succeeded, gone.succeded], [true, true]);
  const contactGone = await v3.contacts.deleteContact({ contactId: made.id });
  assert.deepEqual([contactGone.succeeded, contactGone.succeded], [true, true]);
});

await check("v3: a deleted user succeeded under the right spelling alone", async () => {
  const person = { companyId, firstName: "Third", lastName: "Person", email: unique("user"), password: "correct horse" };
  const body = { ...person, type: "account", role: "user", locationIds: [locationId] };
  const made = await v3.users.createUser(body);
  const gone = await v3.users.deleteUser({ userId: made.id });
  assert.deepEqual([gone.succeeded, gone.succeded], [true, undefined]);
});

await check("v3: opportunities are searched by camel case", async () => {
  const pipelineId = pipelines[0].id;
  const path = `/opportunities/search?locationId=${locationId}&pipelineId=${pipelineId}&status=won&limit=5`;
  const { status, body } = await third("GET", path);
  assert.equal(status, 200);
  assert.ok(body.opportunities.every((one) => one.pipelineId === pipelineId && one.status === "won"));
  assert.match(body.meta.nextPageUrl, /[?]locationId=/);
  const older = await third("GET", `/opportunities/search?location_id=${locationId}`);
  assert.equal(older.status, 422);
});

await check("v3: the search by body sums up the stages", async () => {
  const additionalDetails = { notes: false, tasks: false, calendarEvents: false, unReadConversations: false };
  const body = { locationId, query: "", limit: 5, page: 1, searchAfter: [], additionalDetails };
  const found = (await third("POST", "/opportunities/search", { body })).body;
  const sum = found.stageAggregations.reduce((count, row) => count + row.totalCount, 0);
  assert.equal(sum, found.total);
});

await check("v3: an opportunity takes fieldValue and a forecast", async () => {
  const { id: contactId } = await contact();
  const body = { locationId, pipelineId: pipelines[0].id, name: "Third", status: "open", contactId };
  const made = (await v3.opportunities.createOpportunity({ ...body, forecastProbability: 40 })).opportunity;
  assert.equal(made.forecastProbability, 40);
  const params = { id: made.id };
  const changed = await v3.opportunities.updateOpportunityStatus(params, { status: "won" });
  assert.deepEqual([changed.success, changed.succeded], [true, true]);
  assert.equal((await v3.opportunities.deleteOpportunity(params)).success, true);
});

await check("v3: absent records are refused in the older shape where no other is documented", async () => {
  const absent = await third("GET", `/contacts/${ABSENT_ID}`);
  assert.deepEqual([absent.status, absent.body.statusCode, typeof absent.body.message], [404, 404, "string"]);
});

await check("limits: every reply that knows a token tells the budget, and somebody else can spend it", async () => {
  await control("POST", "clock", { advance_seconds: 20 });
  const left = async (path, version) => {
    const { headers } = await third("GET", path, { version });
    return Number(headers.get("x-ratelimit-remaining"));
  };
  const first = await left(`/locations/${locationId}`);
  assert.equal(await left(`/contacts/${ABSENT_ID}`), first - 1);
  assert.equal(await left(`/locations/${locationId}`, "2020-99-99"), first - 2);
  assert.equal((await control("POST", "spend", { calls: 30 })).spent, 30);
  assert.equal(await left(`/locations/${locationId}`), first - 33);
  await control("POST", "spend", { calls: 7, every_milliseconds: 10_000 });
  await control("POST", "clock", { advance_seconds: 10 });
  assert.equal(await left(`/locations/${locationId}`), sandbox.burst - 8);
  await control("POST", "spend", { calls: 0 });
});
