// Users and businesses.

import assert from "node:assert/strict";
import { GHLNotFoundError } from "@gohighlevel/api-client";
import { agency, check, companyId, elsewhere, location, locationId, refused } from "../desk.mjs";

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
