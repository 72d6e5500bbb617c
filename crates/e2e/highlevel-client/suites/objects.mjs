// Schemas of custom objects, their fields and their records.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { agency, check, elsewhere, location, locationId, refused } from "../desk.mjs";

const schemaKey = "custom_objects.pet";
const schema = {
  locationId,
  key: "pet",
  labels: { singular: "Pet", plural: "Pets" },
  primaryDisplayPropertyDetails: { key: "name", name: "Name", dataType: "TEXT" },
};
const createPet = (properties, more = {}) =>
  location.objects.createObjectRecord({ schemaKey }, { locationId, properties, ...more });
const search = (query, page = 1, pageLimit = 10, searchAfter = []) =>
  location.objects.searchObjectRecords({ schemaKey }, { locationId, query, page, pageLimit, searchAfter });

await check("objects: the standard ones are there, an agency makes another", async () => {
  const { objects } = await location.objects.getObjectByLocationId({ locationId });
  for (const key of ["contact", "opportunity", "business"]) {
    assert.ok(objects.some((one) => one.key === key && one.standard), key);
  }
  const { object } = await agency.objects.createCustomObjectSchema(schema);
  assert.deepEqual([object.key, object.primaryDisplayProperty], [schemaKey, `${schemaKey}.name`]);
  await refused(GHLValidationError, agency.objects.createCustomObjectSchema(schema));
});

await check("objects: a schema is read with its fields and searched by new properties", async () => {
  const field = {
    locationId, objectKey: schemaKey, fieldKey: "kind", name: "Kind", dataType: "SINGLE_OPTIONS",
    showInForms: true, options: [{ key: "cat", label: "Cat" }, { key: "dog", label: "Dog" }],
  };
  await location.customFields.createCustomField(field);
  const searchableProperties = [`${schemaKey}.name`, `${schemaKey}.kind`];
  const body = { locationId, labels: { plural: "Animals" }, searchableProperties };
  const { object } = await location.objects.updateCustomObject({ key: schemaKey }, body);
  assert.deepEqual(object.labels, { singular: "Pet", plural: "Animals" });
  const params = { key: schemaKey, locationId, fetchProperties: "true" };
  const read = await location.objects.getObjectSchemaByKey(params);
  assert.deepEqual(read.fields.map((one) => one.fieldKey), searchableProperties);
  const unknown = { locationId, searchableProperties: [`${schemaKey}.wings`] };
  await refused(GHLValidationError, location.objects.updateCustomObject({ key: schemaKey }, unknown));
});

await check("records: create, read, update and delete", async () => {
  const made = (await createPet({ name: "Rex", kind: "dog" }, { owner: ["u1"] })).record;
  const params = { schemaKey, id: made.id };
  const body = { properties: { kind: "cat" }, followers: ["u2"] };
  await location.objects.updateObjectRecord({ ...params, locationId }, body);
  const { record } = await location.objects.getRecordById(params);
  assert.deepEqual(record.properties, { name: "Rex", kind: "cat" });
  assert.deepEqual([record.owner, record.followers], [["u1"], ["u2"]]);
  assert.ok(record.dateAdded && record.createdAt === undefined);
  const gone = await location.objects.deleteObjectRecord(params);
  assert.deepEqual([gone.id, gone.success], [made.id, true]);
  await refused(GHLNotFoundError, location.objects.getRecordById(params));
});

await check("records: unknown, missing and unfit properties are refused", async () => {
  await refused(GHLValidationError, createPet({ name: "Rex", wings: 2 }));
  await refused(GHLValidationError, createPet({ kind: "dog" }));
  await refused(GHLValidationError, createPet({ name: "Rex", kind: "bird" }));
  await refused(GHLNotFoundError, location.objects.createObjectRecord(
    { schemaKey: "custom_objects.absent" }, { locationId, properties: {} },
  ));
});

await check("records: found by a property and by any searchable text", async () => {
  for (const name of ["Mia", "Miau", "Bello"]) await createPet({ name, kind: name === "Bello" ? "dog" : "cat" });
  assert.deepEqual((await search("name:mia")).records.map((one) => one.properties.name), ["Miau", "Mia"]);
  const dogs = await search("dog");
  assert.deepEqual([dogs.total, dogs.records[0].properties.name], [1, "Bello"]);
  assert.ok(dogs.records[0].createdAt && dogs.records[0].objectKey === schemaKey);
});

await check("records: read to the end by pages and by searchAfter", async () => {
  const all = (await search("", 1, 100)).records.map((one) => one.id);
  assert.deepEqual((await search("", 2, 2)).records.map((one) => one.id), all.slice(2, 4));
  const seen = [];
  let after = [];
  for (;;) {
    const { records } = await search("", 1, 2, after);
    if (records.length === 0) break;
    seen.push(...records.map((one) => one.id));
    after = records.at(-1).searchAfter;
  }
  assert.deepEqual(seen, all);
});

await check("records: another location neither sees the object nor its records", async () => {
  const { record } = await createPet({ name: "Shy" });
  await refused(GHLNotFoundError, elsewhere.objects.getRecordById({ schemaKey, id: record.id }));
});

await check("custom fields: folders hold them, a folder's end does not end them", async () => {
  const folder = await location.customFields.createCustomFieldFolder({ objectKey: schemaKey, name: "Care", locationId });
  await location.customFields.updateCustomFieldFolder({ id: folder.id }, { name: "Health", locationId });
  const body = {
    locationId, objectKey: schemaKey, fieldKey: `${schemaKey}.weight`, name: "Weight",
    dataType: "NUMERICAL", showInForms: true, parentId: folder.id,
  };
  const { field } = await location.customFields.createCustomField(body);
  const listed = await location.customFields.getCustomFieldsByObjectKey({ objectKey: schemaKey, locationId });
  assert.ok(listed.folders.some((one) => one.name === "Health"));
  assert.ok(listed.fields.some((one) => one.id === field.id && one.parentId === folder.id));
  assert.equal((await location.customFields.deleteCustomFieldFolder({ id: folder.id, locationId })).succeded, true);
  const left = await location.customFields.getCustomFieldById({ id: field.id });
  assert.notEqual(left.field.parentId, folder.id);
  const gone = await location.customFields.deleteCustomField({ id: field.id });
  assert.equal(gone.key, `${schemaKey}.weight`);
  await refused(GHLNotFoundError, location.customFields.getCustomFieldById({ id: field.id }));
});

await check("custom fields: those of contacts are another product's", async () => {
  const params = { objectKey: "contact", locationId };
  await refused(GHLValidationError, location.customFields.getCustomFieldsByObjectKey(params));
});
