// Users and businesses.

import assert from "node:assert/strict";
import { GHLForbiddenError, GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { agency, check, companyId, elsewhere, location, locationId, refused, told, unique } from "../desk.mjs";

const person = (more = {}) => ({
  companyId,
  firstName: "Nora",
  lastName: "Quist",
  email: unique("user"),
  password: "correct horse battery",
  type: "account",
  role: "user",
  locationIds: [locationId],
  ...more,
});

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

await check("users: create, update and delete", async () => {
  const made = await location.users.createUser(person({ permissions: { tagsEnabled: true } }));
  assert.deepEqual([made.name, made.roles.role, made.password], ["Nora Quist", "user", undefined]);
  const params = { userId: made.id };
  const changed = await location.users.updateUser(params, { lastName: "Brandt", role: "admin" });
  assert.deepEqual([changed.name, changed.roles.role], ["Nora Brandt", "admin"]);
  assert.equal(changed.permissions.tagsEnabled, true);
  assert.equal((await location.users.deleteUser(params)).succeded, true);
  await refused(GHLNotFoundError, location.users.getUser(params));
});

await check("users: who cannot be made", async () => {
  const make = (more) => location.users.createUser(person(more));
  const error = await refused(GHLValidationError, make({ role: "boss" }));
  assert.match(error.response.message.join(), /role must be one of/);
  const { users } = await location.users.getUserByLocation({ locationId });
  await refused(GHLValidationError, make({ email: users[0].email }));
  await refused(GHLForbiddenError, make({ type: "agency" }));
  await refused(GHLForbiddenError, make({ companyId: "other" }));
});

await check("users: searched by filters, in order and in pages", async () => {
  const names = async (more) => {
    const { users } = await agency.users.searchUsers({ companyId, ...more });
    return users.map((user) => user.firstName).join(" ");
  };
  assert.equal(await names({ type: "agency" }), "Ines");
  assert.equal(await names({ role: "user", locationId }), "Dana");
  assert.equal(await names({ sort: "firstName", sortDirection: "desc" }), "Ruben Ines Dana");
  assert.equal(await names({ skip: "1", limit: "1" }), "Ruben");
  const { users } = await agency.users.searchUsers({ companyId });
  assert.equal(await names({ ids: `${users[0].id},${users[2].id}` }), "Ines Dana");
});

await check("users: rows found by e-mail are short unless more is asked for", async () => {
  const made = await agency.users.createUser(person());
  await agency.users.deleteUser({ userId: made.id });
  const find = (more) => agency.users.filterUsersByEmail({ companyId, emails: made.email, ...more });
  assert.equal((await find({})).count, 0);
  const gone = await find({ deleted: true });
  assert.deepEqual(gone.users, [{ id: made.id, email: made.email }]);
  assert.equal((await find({ deleted: true, projection: "all" })).users[0].firstName, "Nora");
});

await check("users: a creation is told, of the agency's people without a location", async () => {
  const events = await told(2, async () => {
    for (const type of ["account", "agency"]) {
      const { id: userId } = await agency.users.createUser(person({ type }));
      await agency.users.deleteUser({ userId });
    }
  });
  assert.deepEqual(events.map((event) => event.type), ["UserCreate", "UserCreate"]);
  assert.deepEqual(events.map((event) => event.locationId), [locationId, undefined]);
  assert.deepEqual([events[1].companyId, events[1].locations], [companyId, [locationId]]);
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
