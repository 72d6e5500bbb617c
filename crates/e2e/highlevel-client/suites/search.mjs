// Search.

import assert from "node:assert/strict";
import { GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, readContact, refused, unique } from "../desk.mjs";

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
