// Locations.

import assert from "node:assert/strict";
import { GHLAuthenticationError, GHLForbiddenError, GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import {
  ABSENT_ID,
  agency,
  check,
  companyId,
  location,
  locationId,
  newContact,
  refused,
  sandbox,
  third,
  told,
} from "../desk.mjs";

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

await check("locations: the agency makes, changes and deletes one, and tells of it", async () => {
  let made;
  const events = await told(2, async () => {
    made = await agency.locations.createLocation({
      companyId,
      name: "Harbor East",
      settings: { allowDuplicateContact: true },
      prospectInfo: { firstName: "Ole", lastName: "Vang", email: "ole@conformance.example" },
    });
    const changed = await agency.locations.putLocation({ locationId: made.id }, { companyId, city: "Aarhus" });
    assert.deepEqual([changed.city, changed.settings.allowDuplicateContact], ["Aarhus", true]);
  });
  assert.equal(made.email, "ole@conformance.example");
  assert.deepEqual(events.map((event) => event.type), ["LocationCreate", "LocationUpdate"]);
  assert.ok(events.every((event) => event.id === made.id && event.locationId === undefined));
  const params = { locationId: made.id };
  const gone = await agency.locations.deleteLocation({ ...params, deleteTwilioAccount: false });
  assert.equal(gone.success, true);
  await refused(GHLNotFoundError, agency.locations.getLocation(params));
});

await check("locations: what cannot be made or deleted", async () => {
  const body = { companyId, name: "Nowhere" };
  await refused(GHLAuthenticationError, location.locations.createLocation(body));
  await refused(GHLValidationError, agency.locations.createLocation({ companyId }));
  await refused(GHLForbiddenError, agency.locations.createLocation({ ...body, companyId: "other" }));
  const unsaid = await refused(GHLValidationError, agency.locations.deleteLocation({ locationId }));
  assert.match(unsaid.response.message.join(), /deleteTwilioAccount/);
  const absent = { locationId: ABSENT_ID, deleteTwilioAccount: true };
  await refused(GHLNotFoundError, agency.locations.deleteLocation(absent));
});

await check("locations: the search has pages and an order", async () => {
  const names = async (more) => {
    const { locations } = await agency.locations.searchLocations({ companyId, ...more });
    return locations.map((one) => one.name);
  };
  const all = await names({});
  assert.deepEqual(await names({ order: "desc" }), [...all].reverse());
  assert.deepEqual(await names({ skip: "1", limit: "1" }), [all[1]]);
  assert.deepEqual(await names({ email: "nobody@conformance.example" }), []);
});

await check("templates: listed by kind and deleted", async () => {
  const params = { locationId, originId: "any" };
  const { templates, totalCount } = await location.locations.gETAllOrEmailSmsTemplates(params);
  assert.equal(templates.length, totalCount);
  const sms = await location.locations.gETAllOrEmailSmsTemplates({ ...params, type: "sms" });
  assert.ok(sms.templates.every((one) => one.type === "sms" && one.template.body));
  const id = sms.templates[0].id;
  await location.locations.dELETEAnEmailSmsTemplate({ locationId, id });
  const left = await location.locations.gETAllOrEmailSmsTemplates(params);
  assert.equal(left.totalCount, totalCount - 1);
  await refused(GHLNotFoundError, location.locations.dELETEAnEmailSmsTemplate({ locationId, id }));
});

await check("recurring tasks: create, read, update and delete", async () => {
  const rruleOptions = { intervalType: "weekly", interval: 2, startDate: "2026-04-01", dueAfterSeconds: 3600 };
  const body = { title: "Call back", rruleOptions };
  const { recurringTask } = await location.locations.createRecurringTask({ locationId }, body);
  const params = { locationId, id: recurringTask.id };
  await location.locations.updateRecurringTask(params, { title: "Write back" });
  const read = (await location.locations.getRecurringTaskById(params)).recurringTask;
  assert.deepEqual([read.title, read.rruleOptions], ["Write back", rruleOptions]);
  assert.deepEqual((await location.locations.deleteRecurringTask(params)).success, true);
  await refused(GHLNotFoundError, location.locations.getRecurringTaskById(params));
});

await check("the agency: its company, its snapshots and what its locations may use", async () => {
  const { company } = await agency.companies.getCompany({ companyId });
  assert.deepEqual([company.id, company.locationCount], [companyId, 2]);
  assert.ok((await agency.snapshots.getCustomSnapshots({ companyId })).snapshots.length > 0);
  const options = { token: sandbox.agency_token };
  const body = { permissions: ["web-chat", "text-to-pay"] };
  await third("PUT", `/locations/${locationId}/permissions`, { ...options, body });
  const read = await third("GET", `/locations/${locationId}/permissions`, options);
  assert.deepEqual(read.body.permissions, body.permissions);
});
