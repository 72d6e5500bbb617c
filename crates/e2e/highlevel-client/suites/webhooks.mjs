// Webhooks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { WebhookManager } from "@gohighlevel/api-client";
import {
  check,
  client,
  consent,
  control,
  location,
  newContact,
  newOpportunity,
  sandbox,
  url,
} from "../desk.mjs";

await check("webhooks: changes and installations arrive, and the client verifies them", async () => {
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ body: Buffer.concat(chunks).toString(), signature: request.headers["x-ghl-signature"] });
      response.end("{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await control("PUT", "subscription", { url: `http://127.0.0.1:${server.address().port}/` });
    const made = await newContact();
    await location.contacts.addTags({ contactId: made.id }, { tags: ["told"] });
    await newOpportunity();
    await consent();
    const wanted = [
      "ContactCreate",
      "ContactTagUpdate",
      "ContactCreate",
      "OpportunityCreate",
      "OpportunityUpdate",
      "INSTALL",
    ];
    const end = Date.now() + 5000;
    while (received.length < wanted.length && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(received.map((one) => JSON.parse(one.body).type), wanted);
    const manager = location.webhooks;
    assert.ok(manager instanceof WebhookManager);
    const key = sandbox.webhook_public_keys[0];
    for (const one of received) {
      assert.ok(manager.verifyEd25519Signature(one.body, one.signature, key));
      assert.ok(!manager.verifyEd25519Signature(`${one.body} `, one.signature, key));
    }
  } finally {
    server.close();
  }
});
