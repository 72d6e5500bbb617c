// Locations.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { agency, check, companyId, location, locationId, newContact, refused } from "../desk.mjs";

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
