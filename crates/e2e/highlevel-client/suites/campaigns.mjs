// Campaigns, and what is done to many contacts at once.

import assert from "node:assert/strict";
import { GHLNotFoundError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, readContact, refused, sandbox, url } from "../desk.mjs";

const { campaigns } = await location.campaigns.getCampaigns({ locationId });

// The client leaves the last part of this path out.
async function bulkTags(type, body) {
  const headers = {
    authorization: `Bearer ${sandbox.token}`, version: "2021-07-28", "content-type": "application/json",
  };
  const path = `${url}/contacts/bulk/tags/update/${type}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify({ locationId, ...body }) });
  return [response.status, await response.json()];
}

await check("campaigns: listed by status", async () => {
  const drafts = await location.campaigns.getCampaigns({ locationId, status: "draft" });
  assert.ok(drafts.campaigns.length > 0 && drafts.campaigns.length < campaigns.length);
});

await check("campaigns: a contact enters, leaves one and leaves all", async () => {
  const { id: contactId } = await newContact();
  const params = { contactId, campaignId: campaigns[0].id };
  assert.equal((await location.contacts.addContactToCampaign(params, {})).succeded, true);
  assert.equal((await location.contacts.removeContactFromCampaign(params)).succeded, true);
  await location.contacts.addContactToCampaign(params, {});
  assert.equal((await location.contacts.removeContactFromEveryCampaign({ contactId })).succeded, true);
  await refused(GHLNotFoundError, location.contacts.removeContactFromCampaign(params));
});

await check("campaigns: an unknown one is not found", async () => {
  const { id: contactId } = await newContact();
  await refused(GHLNotFoundError, location.contacts.addContactToCampaign({ contactId, campaignId: "absent" }, {}));
});

await check("bulk tags: every contact has its response", async () => {
  const { id } = await newContact({ tags: ["old"] });
  const [status, added] = await bulkTags("add", { contacts: [id, "absent"], tags: ["new"] });
  assert.deepEqual([status, added.succeded, added.errorCount], [201, true, 1]);
  assert.deepEqual(added.responses.map((one) => one.type), ["success", "error"]);
  await bulkTags("remove", { contacts: [id], tags: ["old"] });
  assert.deepEqual((await readContact(id)).tags, ["new"]);
  await bulkTags("remove", { contacts: [id], tags: [], removeAllTags: true });
  assert.deepEqual((await readContact(id)).tags, []);
});

await check("bulk business: contacts enter, are listed page by page, and leave", async () => {
  const { buiseness } = await location.businesses.createBusiness({ name: "Bulk", locationId });
  const ids = [(await newContact()).id, (await newContact()).id];
  const body = { locationId, ids, businessId: buiseness.id };
  const moved = await location.contacts.addRemoveContactFromBusiness(body);
  assert.deepEqual([moved.success, moved.ids], [true, ids]);
  const params = { businessId: buiseness.id, locationId, limit: "1", skip: "1" };
  const page = await location.contacts.getContactsByBusinessId(params);
  assert.deepEqual([page.count, page.contacts.map((one) => one.id)], [2, [ids[1]]]);
  await location.contacts.addRemoveContactFromBusiness({ ...body, businessId: null });
  assert.equal((await location.contacts.getContactsByBusinessId(params)).count, 0);
});
