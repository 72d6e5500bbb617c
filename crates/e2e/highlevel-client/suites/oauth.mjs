// OAuth.

import assert from "node:assert/strict";
import { GHLAuthenticationError, GHLValidationError, UserType } from "@gohighlevel/api-client";
import {
  agency,
  appClient,
  appId,
  check,
  client,
  companyId,
  consent,
  control,
  credentials,
  fresh,
  location,
  locationId,
  refused,
  sandbox,
  tokens,
} from "../desk.mjs";

await check("oauth: a code becomes a location's tokens", async () => {
  const pair = await tokens();
  assert.equal(pair.userType, "Location");
  assert.equal(pair.locationId, locationId);
  assert.equal(pair.expires_in, 86399);
  assert.equal(pair.token_type, "Bearer");
  const app = appClient({ locationAccessToken: pair.access_token });
  assert.ok((await app.contacts.getContacts({ locationId })).count > 0);
});

await check("oauth: a code works once, and an unknown one never", async () => {
  const code = await consent();
  const body = { ...credentials, grant_type: "authorization_code", code };
  await fresh().oauth.getAccessToken(body);
  const error = await refused(GHLAuthenticationError, fresh().oauth.getAccessToken(body));
  assert.equal(error.response.error_description, "Authorization code not found");
});

await check("oauth: bad input is named in a list", async () => {
  const body = { ...credentials, grant_type: "password" };
  const error = await refused(GHLValidationError, fresh().oauth.getAccessToken(body));
  assert.equal(error.statusCode, 422);
  assert.match(error.response.message.join(), /grant_type must be one of/);
});

await check("oauth: scopes that were not asked for are not given", async () => {
  const pair = await tokens({ scope: "contacts.readonly" });
  assert.equal(pair.scope, "contacts.readonly");
  const app = appClient({ locationAccessToken: pair.access_token });
  await app.contacts.getContacts({ locationId });
  await refused(GHLAuthenticationError, app.opportunities.getPipelines({ locationId }));
});

await check("oauth: a refresh rotates, with 30 seconds of grace", async () => {
  const pair = await tokens();
  const refresh = (token) =>
    fresh().oauth.refreshToken(token, sandbox.client_id, sandbox.client_secret, "refresh_token", UserType.Location);
  const first = await refresh(pair.refresh_token);
  const same = await refresh(pair.refresh_token);
  assert.equal(same.access_token, first.access_token);
  assert.notEqual(first.refresh_token, pair.refresh_token);
  await control("POST", "clock", { advance_seconds: 31 });
  const error = await refused(GHLValidationError, refresh(pair.refresh_token));
  assert.equal(error.response.error, "invalid_grant");
  assert.ok((await refresh(first.refresh_token)).access_token);
});

await check("oauth: the client refreshes an expired token by itself", async () => {
  const pair = await tokens();
  const app = appClient({});
  await app.getSessionStorage().setSession(locationId, { ...pair, expire_at: Date.now() + 1e9 });
  await control("POST", "clock", { advance_seconds: 86_400 });
  assert.ok((await app.contacts.getContacts({ locationId })).count > 0);
});

await check("oauth: a company's token lists installations and becomes a location's", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  assert.deepEqual([pair.userType, pair.isBulkInstallation], ["Company", true]);
  const app = appClient({ agencyAccessToken: pair.access_token });
  const installed = await app.oauth.getInstalledLocation({ companyId, appId });
  assert.equal(installed.count, 2);
  assert.ok(installed.locations.every((one) => one.isInstalled && one._id));
  const own = await app.oauth.getLocationAccessToken({ companyId, locationId: sandbox.other_location_id });
  const there = appClient({ locationAccessToken: own.access_token });
  const listed = await there.contacts.getContacts({ locationId: sandbox.other_location_id });
  assert.ok(listed.count > 0);
});

await check("oauth: installed locations need the app's id, and no private token", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  const app = appClient({ agencyAccessToken: pair.access_token });
  await refused(GHLValidationError, app.oauth.getInstalledLocation({ companyId }));
  await refused(GHLAuthenticationError, agency.oauth.getInstalledLocation({ companyId, appId }));
});

await check("oauth: a company's token on a location's scope", async () => {
  const pair = await tokens({ user_type: "Company" }, "Company");
  const app = appClient({ agencyAccessToken: pair.access_token });
  const error = await refused(GHLAuthenticationError, app.contacts.getContacts({ locationId }));
  assert.match(error.message, /authClass type is not allowed/);
});
