// Opportunities.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newOpportunity, pipelines, refused } from "../desk.mjs";

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
