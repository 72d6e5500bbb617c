// Associations between objects, and relations between their records.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, newOpportunity, refused } from "../desk.mjs";

const association = (key) => ({
  locationId, key, firstObjectKey: "contact", firstObjectLabel: "Referrer",
  secondObjectKey: "contact", secondObjectLabel: "Referred",
});
const related = (recordId, more = {}) =>
  location.associations.getRelationsByRecordId({ recordId, locationId, skip: 0, limit: 10, ...more });

await check("associations: create, find, rename and delete", async () => {
  const made = await location.associations.createAssociation(association("referral"));
  const byKey = await location.associations.getAssociationKeyByKeyName({ keyName: "referral", key_name: "referral", locationId });
  assert.equal(byKey.id, made.id);
  const params = { associationId: made.id };
  await location.associations.updateAssociation(params, { firstObjectLabel: "Sponsor", secondObjectLabel: "Member" });
  assert.equal((await location.associations.getAssociationByID(params)).firstObjectLabel, "Sponsor");
  await refused(GHLValidationError, location.associations.createAssociation(association("referral")));
  assert.equal((await location.associations.deleteAssociation(params)).deleted, true);
  await refused(GHLNotFoundError, location.associations.getAssociationByID(params));
});

await check("associations: the system's are listed page by page and stay", async () => {
  const all = await location.associations.findAssociations({ locationId, skip: 0, limit: 100 });
  const next = await location.associations.findAssociations({ locationId, skip: 1, limit: 1 });
  assert.deepEqual(next.associations.map((one) => one.id), [all.associations[1].id]);
  const system = all.associations.find((one) => one.associationType === "SYSTEM_DEFINED");
  await refused(GHLValidationError, location.associations.deleteAssociation({ associationId: system.id }));
  const byObject = await location.associations.getAssociationByObjectKeys({ objectKey: "contact", locationId });
  assert.ok([byObject.firstObjectKey, byObject.secondObjectKey].includes("contact"));
});

await check("relations: made once, listed from both sides, and taken away", async () => {
  const { id: associationId } = await location.associations.createAssociation(association("friends"));
  const [one, other] = [(await newContact()).id, (await newContact()).id];
  const body = { locationId, associationId, firstRecordId: one, secondRecordId: other };
  const made = await location.associations.createRelation(body);
  const error = await refused(GHLValidationError, location.associations.createRelation(body));
  assert.match(error.response.message, /duplicate relation/);
  for (const id of [one, other]) assert.deepEqual((await related(id)).relations.map((it) => it.id), [made.id]);
  assert.equal((await related(one, { associationIds: ["other"] })).total, 0);
  await location.associations.deleteRelation({ relationId: made.id, locationId });
  assert.equal((await related(one)).total, 0);
  await refused(GHLNotFoundError, location.associations.deleteRelation({ relationId: made.id, locationId }));
});

await check("relations: a deleted record takes its own along", async () => {
  const deal = await newOpportunity();
  const { associations } = await location.associations.findAssociations({ locationId, skip: 0, limit: 100 });
  const { id: associationId } = associations.find((one) => one.firstObjectKey === "opportunity");
  const { id: contactId } = await newContact();
  await location.associations.createRelation({ locationId, associationId, firstRecordId: deal.id, secondRecordId: contactId });
  assert.equal((await related(deal.id)).total, 1);
  await location.contacts.deleteContact({ contactId });
  assert.equal((await related(deal.id)).total, 0);
});

await check("relations: both records must be there", async () => {
  const { id: associationId } = await location.associations.createAssociation(association("absent"));
  const body = { locationId, associationId, firstRecordId: (await newContact()).id, secondRecordId: "absent" };
  await refused(GHLValidationError, location.associations.createRelation(body));
});
