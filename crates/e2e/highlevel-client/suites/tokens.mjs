// Tokens, versions, scopes.

import assert from "node:assert/strict";
import { GHLAuthenticationError, GHLForbiddenError, GHLNotFoundError, GHLValidationError, HighLevel } from "@gohighlevel/api-client";
import {
  agency,
  check,
  client,
  control,
  elsewhere,
  location,
  locationId,
  newContact,
  refused,
  sandbox,
  tokens,
  unique,
} from "../desk.mjs";

await check("auth: an unknown private token", async () => {
  const wrong = client({ privateIntegrationToken: "pit-00000000-0000-4000-8000-000000000000" });
  const error = await refused(GHLAuthenticationError, wrong.locations.getLocation({ locationId }));
  assert.match(error.message, /Invalid Private Integration token/);
});

await check("auth: an agency's token on a location's operation", async () => {
  const error = await refused(GHLAuthenticationError, agency.contacts.getContacts({ locationId }));
  assert.match(error.message, /user type mismatch/);
});

await check("auth: another location, by its id and by a contact's", async () => {
  const error = await refused(GHLForbiddenError, elsewhere.contacts.getContacts({ locationId }));
  assert.match(error.message, /does not have access to this location/);
  const { id: contactId } = await newContact();
  await refused(GHLForbiddenError, elsewhere.contacts.getContact({ contactId }));
});

await check("auth: a scope that the token lacks", async () => {
  const { token } = await control("POST", "tokens", { scopes: ["contacts.readonly"] });
  const reader = client({ privateIntegrationToken: token });
  await reader.contacts.getContacts({ locationId });
  const body = { locationId, email: unique("scope") };
  const error = await refused(GHLAuthenticationError, reader.contacts.createContact(body));
  assert.match(error.message, /not authorized for this scope/);
});

await check("versions: published ones are taken and others refused by their form", async () => {
  for (const apiVersion of ["2021-07-28", "2021-04-15", "2023-02-21", "v3", "legacy"]) {
    const one = client({ privateIntegrationToken: sandbox.token, apiVersion });
    await one.locations.getLocation({ locationId });
  }
  const read = (apiVersion) =>
    client({ privateIntegrationToken: sandbox.token, apiVersion }).locations.getLocation({ locationId });
  await refused(GHLAuthenticationError, read("2020-99-99"));
  await refused(GHLValidationError, read("v9"));
});

await check("routes: an unknown path is HighLevel's 404", async () => {
  const error = await refused(GHLNotFoundError, location.getHttpClient().get("/nowhere"));
  assert.equal(error.message, "Cannot GET /nowhere");
});
