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
  told,
  tokens,
  url,
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

const refresh = (pair) =>
  fresh().oauth.refreshToken(pair.refresh_token, sandbox.client_id, sandbox.client_secret, "refresh_token", UserType.Location);

await check("oauth: who consents decides the class of the token", async () => {
  const own = await tokens({ location_id: sandbox.other_location_id }, "Company");
  assert.deepEqual([own.userType, own.locationId], ["Location", sandbox.other_location_id]);
  assert.equal(own.isBulkInstallation, false);
  const bulk = await tokens({ user_type: "Company" });
  assert.deepEqual([bulk.userType, bulk.isBulkInstallation, bulk.locationId], ["Company", true, undefined]);
  assert.ok(bulk.approvedLocations.includes(locationId));
  const target = await tokens({ app_target: "agency" });
  assert.deepEqual([target.userType, target.isBulkInstallation, target.locationId], ["Company", false, undefined]);
});

await check("oauth: INSTALL comes before the code is redeemed, and in storms", async () => {
  let made;
  const events = await told(24, async () => {
    await consent({ location_id: locationId });
    made = (await control("POST", "install", { locations: 23 })).installed;
  });
  assert.ok(events.every((event) => event.type === "INSTALL" && event.appId === appId && event.companyId === companyId));
  assert.deepEqual(events.map((event) => event.locationId), [locationId, ...made]);
  const pair = await tokens({ user_type: "Company" });
  const app = appClient({ agencyAccessToken: pair.access_token });
  const own = await Promise.all(
    made.slice(0, 5).map((id) => app.oauth.getLocationAccessToken({ companyId, locationId: id })),
  );
  assert.deepEqual(own.map((one) => one.locationId), made.slice(0, 5));
});

await check("oauth: installed locations are paged and filtered", async () => {
  const pair = await tokens({ user_type: "Company" });
  const app = appClient({ agencyAccessToken: pair.access_token });
  const list = (more) => app.oauth.getInstalledLocation({ companyId, appId, ...more });
  const all = await list({ limit: "100" });
  assert.equal(all.count, all.locations.length);
  const page = await list({ skip: "20", limit: "20" });
  assert.deepEqual(page.locations, all.locations.slice(20, 40));
  assert.equal((await list({ query: "harbor west" })).count, 1);
  assert.equal((await list({ isInstalled: false })).count, 0);
});

await check("oauth: a location's token from an exchange refreshes; a suspended location's does not", async () => {
  const company = await tokens({ user_type: "Company" });
  const app = appClient({ agencyAccessToken: company.access_token });
  const own = await app.oauth.getLocationAccessToken({ companyId, locationId });
  const next = await refresh(own);
  assert.equal(next.locationId, locationId);
  await control("POST", "suspend", { location_id: locationId });
  const error = await refused(GHLValidationError, refresh(next));
  assert.equal(error.message, "Location is not active");
  await control("POST", "suspend", { location_id: locationId, suspended: false });
  assert.ok((await refresh(next)).access_token);
});

await check("oauth: client credentials give a company's token that is not refreshed", async () => {
  const given = await fresh().oauth.getAccessToken({ ...credentials, grant_type: "client_credentials" });
  assert.deepEqual([given.userType, given.refresh_token], ["Company", undefined]);
  const app = appClient({ agencyAccessToken: given.access_token });
  assert.equal((await app.companies.getCompany({ companyId })).company.id, companyId);
});

await check("oauth: an uninstalled app has no token left, and its location is told", async () => {
  const other = sandbox.other_location_id;
  const pair = await tokens({ location_id: other });
  const events = await told(1, () => control("POST", "uninstall", { location_id: other }));
  assert.deepEqual([events[0].type, events[0].locationId, events[0].companyId], ["UNINSTALL", other, undefined]);
  const app = appClient({ locationAccessToken: pair.access_token });
  await refused(GHLAuthenticationError, app.contacts.getContacts({ locationId: other }));
  await refused(GHLValidationError, refresh(pair));
});

await check("oauth: a location of the future gets the app by itself", async () => {
  const pair = await tokens({ user_type: "Company", install_to_future_locations: "true" });
  assert.equal(pair.installToFutureLocations, true);
  let made;
  const events = await told(2, async () => {
    made = await agency.locations.createLocation({ companyId, name: "Harbor North" });
  });
  assert.deepEqual(events.map((event) => event.type), ["LocationCreate", "INSTALL"]);
  assert.deepEqual([events[1].locationId, events[1].userId], [made.id, undefined]);
  await agency.locations.deleteLocation({ locationId: made.id, deleteTwilioAccount: true });
  await control("POST", "uninstall", {});
});

await check("oauth: the consent page offers every location and takes the portal's parameters", async () => {
  const query = new URLSearchParams({ client_id: sandbox.client_id, loginWindowOpenMode: "self", version_id: sandbox.version_id });
  const page = await fetch(`${url}/v2/oauth/chooselocation?${query}`);
  const html = await page.text();
  assert.equal(page.status, 200);
  for (const id of [locationId, sandbox.other_location_id]) assert.ok(html.includes(`value="${id}"`));
  query.set("version_id", "another");
  assert.equal((await fetch(`${url}/v2/oauth/chooselocation?${query}`)).status, 400);
  const wrong = await fetch(`${url}/v2/oauth/chooselocation?client_id=x`);
  assert.deepEqual([wrong.status, wrong.headers.get("content-type")], [400, "text/html; charset=utf-8"]);
});

await check("tokens: a rotated private token lives on for seven days", async () => {
  const { token } = await control("POST", "tokens", {});
  const { token: next } = await control("POST", "tokens/rotate", { token });
  const read = (one) => client({ privateIntegrationToken: one }).locations.getLocation({ locationId });
  await read(token);
  await control("POST", "clock", { advance_seconds: 7 * 86_400 });
  const error = await refused(GHLAuthenticationError, read(token));
  assert.match(error.message, /Invalid Private Integration token/);
  await read(next);
  await control("POST", "tokens/rotate", { token: next, now: true });
  await refused(GHLAuthenticationError, read(next));
});
