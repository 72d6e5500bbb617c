// What every suite works with: clients of the simulated HighLevel, its controls, and the checks.
//
// Reads HIGHLEVEL_SANDBOX, the JSON that `highwire sandbox --json` prints for it
// with the tokens of the other location and the agency. Faults and time are set through /_sandbox,
// which only the simulation has.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { HighLevel } from "@gohighlevel/api-client";

export const sandbox = JSON.parse(needed("HIGHLEVEL_SANDBOX"));
export const { url, location_id: locationId, company_id: companyId } = sandbox;
export const appId = sandbox.client_id.split("-")[0];
export const ABSENT_ID = "AbsentAbsentAbsent00";

export const location = client({ privateIntegrationToken: sandbox.token });
export const elsewhere = client({ privateIntegrationToken: sandbox.other_token });
export const agency = client({ privateIntegrationToken: sandbox.agency_token });

export function needed(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`set ${name}: crates/e2e/tests/highlevel_official_client.rs shows how`);
    process.exit(2);
  }
  return value;
}

export function client(options) {
  const made = new HighLevel({ logLevel: "none", ...options });
  made.getHttpClient().defaults.baseURL = url;
  return made;
}

// A client with the app's credentials and this token, as an app has after its installation.
export function appClient(options) {
  return client({
    clientId: sandbox.client_id,
    clientSecret: sandbox.client_secret,
    ...options,
  });
}

export async function control(method, path, body) {
  const response = await fetch(`${url}/_sandbox/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.equal(response.status, 200, `${method} ${path}`);
  return response.json();
}

export async function withFault(operation, action, act) {
  await control("POST", "faults", [{ operation, action, count: 1 }]);
  try {
    return await act();
  } finally {
    await control("DELETE", "faults");
  }
}

// The error of what must be refused.
export async function refused(kind, promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof kind, `another error: ${error} (${error.constructor.name})`);
    return error;
  }
  assert.fail("it was not refused");
}

// A code for the app, by way of the consent page.
export async function consent(more = {}) {
  const link = new URL(
    location.oauth.getAuthorizationUrl(sandbox.client_id, sandbox.redirect_uri, more.scope ?? ""),
  );
  const local = new URL(link.pathname, url);
  for (const [name, value] of link.searchParams) {
    if (value) local.searchParams.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) local.searchParams.set(name, value);
  local.searchParams.set("auto_approve", "true");
  const response = await fetch(local, { redirect: "manual" });
  assert.equal(response.status, 302);
  const back = new URL(response.headers.get("location"));
  assert.equal(`${back.origin}${back.pathname}`, sandbox.redirect_uri);
  return back.searchParams.get("code");
}

export const credentials = { client_id: sandbox.client_id, client_secret: sandbox.client_secret };

export async function tokens(more = {}, user_type = undefined) {
  const code = await consent(more);
  const body = { ...credentials, grant_type: "authorization_code", code };
  if (user_type) body.user_type = user_type;
  return fresh().oauth.getAccessToken(body);
}

// A client without any token, for the token endpoint alone.
export function fresh() {
  return appClient({ locationAccessToken: "none" });
}

export const counts = { passed: 0, failed: 0 };

export async function check(name, act) {
  try {
    await act();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${error.stack ?? error}`);
  }
}

export const unique = (() => {
  let count = 0;
  return (prefix) => `${prefix}.${(count += 1)}@conformance.example`;
})();

export async function newContact(fields = {}) {
  const body = { locationId, email: unique("contact"), firstName: "Conny", ...fields };
  return (await location.contacts.createContact(body)).contact;
}

export const readContact = async (contactId) => (await location.contacts.getContact({ contactId })).contact;

export const pipelines = (await location.opportunities.getPipelines({ locationId })).pipelines;

export async function newOpportunity(fields = {}) {
  const { id: contactId } = await newContact({ firstName: "Dealer" });
  const body = { locationId, pipelineId: pipelines[0].id, name: "Deal", status: "open", contactId };
  return (await location.opportunities.createOpportunity({ ...body, ...fields })).opportunity;
}

// The events that a receiver of webhooks gets while something is done, in order. A contact goes
// ahead, so that what earlier changes still have to tell has been told.
export async function told(count, act) {
  const events = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      events.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end("{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await control("PUT", "subscription", { url: `http://127.0.0.1:${server.address().port}/` });
    const { email } = await newContact();
    await until(() => events.at(-1)?.email === email);
    events.length = 0;
    await act();
    await until(() => events.length >= count);
    return events;
  } finally {
    server.close();
  }
}

async function until(holds) {
  const end = Date.now() + 5000;
  while (!holds() && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// A call in the words of the third generation: status, headers and body.
export async function third(method, path, { token = sandbox.token, body, form, version = "v3" } = {}) {
  const headers = { authorization: `Bearer ${token}`, version };
  if (body !== undefined) headers["content-type"] = "application/json";
  const sent = form ? new URLSearchParams(form) : body === undefined ? undefined : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, { method, headers, body: sent });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
