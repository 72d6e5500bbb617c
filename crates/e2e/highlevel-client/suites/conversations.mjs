// Conversations and messages.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import {
  GHLForbiddenError,
  GHLNotFoundError,
  GHLServerError,
  GHLValidationError,
} from "@gohighlevel/api-client";
import {
  ABSENT_ID,
  check,
  control,
  elsewhere,
  location,
  locationId,
  newContact,
  readContact,
  refused,
  sandbox,
  url,
} from "../desk.mjs";

const { conversations } = location;
const PROVIDER = "5f1d7a20c4e8b3906a2f4d11";

let people = 0;
const newPerson = (fields = {}) =>
  newContact({ phone: `+1555880${String((people += 1)).padStart(4, "0")}`, ...fields });

const send = (contactId, fields = {}) =>
  conversations.sendANewMessage({ type: "SMS", contactId, message: "Hello", ...fields });
const receive = (contactId, fields = {}) =>
  conversations.addAnInboundMessage({ type: "SMS", contactId, message: "Hi there", ...fields });
const read = async (id) => (await conversations.getMessage({ id })).message;
const list = async (conversationId, more = {}) =>
  (await conversations.getMessages({ conversationId, ...more })).messages;
const search = (more = {}) => conversations.searchConversation({ locationId, ...more });
const exported = (more = {}) => conversations.exportMessagesByLocation({ locationId, ...more });
const email = (id) => conversations.getEmailById({ id });
const pass = (advance_seconds) => control("POST", "clock", { advance_seconds });
const inSeconds = async (seconds) =>
  Math.floor(Date.parse((await control("GET", "clock")).now) / 1000) + seconds;

// The parts of an upload; the client itself only sends JSON.
async function upload(fields, ...files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes] of files) form.append("fileAttachment", new Blob([bytes]), name);
  const headers = { authorization: `Bearer ${sandbox.token}`, version: "2021-04-15" };
  const target = `${url}/conversations/messages/upload`;
  const response = await fetch(target, { method: "POST", headers, body: form });
  return { status: response.status, body: await response.json() };
}

await check("conversations: one per contact, created with 201 and refused the second time", async () => {
  const { id: contactId } = await newPerson();
  const { success, conversation } = await conversations.createConversation({ locationId, contactId });
  assert.equal(success, true);
  assert.equal(conversation.contactId, contactId);
  const error = await refused(
    GHLValidationError,
    conversations.createConversation({ locationId, contactId }),
  );
  assert.deepEqual([error.statusCode, error.response.conversationId], [400, conversation.id]);
});

await check("conversations: the type is a number by id and a word in the search", async () => {
  const { id: contactId } = await newPerson();
  const { conversationId } = await send(contactId);
  const one = await conversations.getConversation({ conversationId });
  assert.deepEqual([one.id, one.type, one.contactId], [conversationId, 1, contactId]);
  const { conversations: rows, total } = await search({ contactId });
  assert.deepEqual([total, rows[0].id, rows[0].type], [1, conversationId, "TYPE_PHONE"]);
  assert.deepEqual([rows[0].lastMessageType, rows[0].lastMessageBody], ["TYPE_SMS", "Hello"]);
});

await check("conversations: update changes the unread count and the star", async () => {
  const { conversationId } = await receive((await newPerson()).id);
  const body = { locationId, unreadCount: 0, starred: true };
  const { conversation } = await conversations.updateConversation({ conversationId }, body);
  assert.deepEqual([conversation.unreadCount, conversation.starred], [0, true]);
  const starred = await search({ status: "starred" });
  assert.ok(starred.conversations.some((row) => row.id === conversationId));
  const unread = await search({ status: "unread", limit: 100 });
  assert.ok(unread.conversations.every((row) => row.id !== conversationId && row.unreadCount > 0));
});

await check("conversations: delete makes it unknown, with its messages", async () => {
  const { conversationId, messageId } = await send((await newPerson()).id);
  assert.equal((await conversations.deleteConversation({ conversationId })).success, true);
  await refused(GHLNotFoundError, conversations.getConversation({ conversationId }));
  await refused(GHLNotFoundError, read(messageId));
});

await check("conversations: a deleted contact takes its conversation along", async () => {
  const { id: contactId } = await newPerson();
  const { conversationId } = await send(contactId);
  await location.contacts.deleteContact({ contactId });
  await refused(GHLNotFoundError, conversations.getConversation({ conversationId }));
});

await check("conversations: another location's are forbidden, nobody's are not found", async () => {
  const { conversationId, messageId } = await send((await newPerson()).id);
  const foreign = elsewhere.conversations;
  await refused(GHLForbiddenError, foreign.getConversation({ conversationId }));
  await refused(GHLForbiddenError, foreign.getMessage({ id: messageId }));
  await refused(GHLNotFoundError, conversations.getConversation({ conversationId: ABSENT_ID }));
  await refused(GHLNotFoundError, send(ABSENT_ID));
});

await check("conversations: the search pages by the sort value of the last row", async () => {
  for (let index = 0; index < 12; index += 1) await send((await newPerson()).id);
  for (const sort of ["asc", "desc"]) {
    const seen = [];
    let after = {};
    for (;;) {
      const page = await search({ limit: 5, sort, sortBy: "last_message_date", ...after });
      if (page.conversations.length === 0) {
        assert.equal(new Set(seen.map((row) => row.id)).size, page.total);
        break;
      }
      seen.push(...page.conversations);
      after = { startAfterDate: page.conversations.at(-1).lastMessageDate };
    }
    const dates = seen.map((row) => row.lastMessageDate);
    const expected = [...dates].sort((one, other) => (sort === "asc" ? one - other : other - one));
    assert.deepEqual(dates, expected);
  }
});

await check("conversations: the search filters by words, last message and people", async () => {
  const { id: contactId } = await newPerson({ firstName: "Quillon", assignedTo: "UserUserUserUser0001" });
  await receive(contactId, { type: "WhatsApp", message: "xylophone tuning" });
  const found = async (more) => (await search(more)).conversations.map((row) => row.contactId);
  assert.deepEqual(await found({ query: "quillon" }), [contactId]);
  assert.deepEqual(await found({ query: "XYLOPHONE" }), [contactId]);
  assert.deepEqual(await found({ assignedTo: "UserUserUserUser0001,Other" }), [contactId]);
  const last = { contactId, lastMessageType: "TYPE_WHATSAPP", lastMessageDirection: "inbound" };
  assert.deepEqual(await found(last), [contactId]);
  assert.deepEqual(await found({ contactId, lastMessageDirection: "outbound" }), []);
  await refused(GHLValidationError, search({ sort: "sideways" }));
});

await check("messages: live answers nest the page, and paging ends", async () => {
  const { id: contactId } = await newPerson();
  const sent = [];
  for (let index = 0; index < 7; index += 1) sent.unshift(await send(contactId));
  const { conversationId } = sent[0];
  const seen = [];
  let lastMessageId;
  for (;;) {
    const page = await list(conversationId, { limit: 3, lastMessageId });
    seen.push(...page.messages.map((message) => message.id));
    if (!page.nextPage) break;
    assert.equal(page.lastMessageId, page.messages.at(-1).id);
    lastMessageId = page.lastMessageId;
  }
  assert.deepEqual(seen, sent.map((one) => one.messageId));
});

await check("messages: the list takes several types", async () => {
  const { id: contactId } = await newPerson();
  const sms = await send(contactId);
  const whatsApp = await send(contactId, { type: "WhatsApp" });
  await receive(contactId, { type: "Call", message: undefined });
  const types = async (type) => (await list(sms.conversationId, { type })).messages.map((it) => it.messageType);
  assert.deepEqual(await types("TYPE_SMS"), ["TYPE_SMS"]);
  assert.deepEqual((await types("TYPE_SMS,TYPE_CALL")).sort(), ["TYPE_CALL", "TYPE_SMS"]);
  assert.equal(whatsApp.conversationId, sms.conversationId);
});

await check("messages: a sent one is pending, then sent, then delivered", async () => {
  const sent = await send((await newPerson()).id);
  assert.equal(sent.status, "pending");
  const one = await read(sent.messageId);
  assert.deepEqual([one.direction, one.messageType, one.type, one.body], ["outbound", "TYPE_SMS", 2, "Hello"]);
  await pass(30);
  assert.equal((await read(sent.messageId)).status, "delivered");
});

await check("messages: one without words or address is refused", async () => {
  const { id: bare } = await newContact({ email: undefined, firstName: "Bare" });
  for (const type of ["SMS", "WhatsApp", "Email"]) {
    const error = await refused(GHLValidationError, send(bare, { type }));
    assert.equal(error.statusCode, 400, type);
  }
  const { id } = await newPerson();
  await refused(GHLValidationError, send(id, { message: undefined }));
  const unknown = await refused(GHLValidationError, send(id, { body: "x" }));
  assert.equal(unknown.statusCode, 422);
});

await check("messages: attachments arrive, and WhatsApp drops them", async () => {
  const { id } = await newPerson();
  const attachments = ["https://example.com/plan.pdf"];
  const sms = await send(id, { attachments });
  assert.deepEqual((await read(sms.messageId)).attachments, attachments);
  const whatsApp = await send(id, { type: "WhatsApp", attachments });
  assert.deepEqual((await read(whatsApp.messageId)).attachments, []);
});

await check("messages: do not disturb is told with its code, by channel", async () => {
  const { id: contactId } = await newPerson();
  const dnd = { dndSettings: { Email: { status: "active", message: "", code: "" } } };
  await location.contacts.updateContact({ contactId }, dnd);
  const error = await refused(GHLValidationError, send(contactId, { type: "Email" }));
  assert.equal(error.response.canonicalCode, "CONVERSATIONS_MSG_UNSUBSCRIBED_EMAIL");
  await send(contactId);
  await location.contacts.updateContact({ contactId }, { dnd: true });
  const all = await refused(GHLValidationError, send(contactId));
  assert.equal(all.response.canonicalCode, "CONVERSATIONS_MSG_UNSUBSCRIBED");
});

await check("messages: STOP ends text messages and START allows them again", async () => {
  const { id } = await newPerson();
  await receive(id, { message: "Stop" });
  const { SMS } = (await readContact(id)).dndSettings;
  assert.deepEqual([SMS.status, SMS.code], ["permanent", "STOP_KEYWORD"]);
  const error = await refused(GHLValidationError, send(id));
  assert.deepEqual(
    [error.statusCode, error.response.canonicalCode],
    [400, "CONVERSATIONS_MSG_UNSUBSCRIBED_SMS"],
  );
  await receive(id, { message: "START" });
  await send(id);
});

await check("messages: an e-mail has its own record, and the message names it", async () => {
  const { id, email: address } = await newPerson();
  const fields = { type: "Email", subject: "Offer", html: "<p>Hi</p>", emailCc: ["cc@example.com"] };
  const sent = await send(id, fields);
  const message = await read(sent.messageId);
  assert.deepEqual(message.meta.email.messageIds, [sent.emailMessageId]);
  assert.equal(message.body, undefined);
  const record = await email(sent.emailMessageId);
  assert.deepEqual([record.subject, record.body, record.to], ["Offer", "<p>Hi</p>", [address]]);
  assert.deepEqual([record.threadId, record.cc], [sent.messageId, ["cc@example.com"]]);
  await refused(GHLNotFoundError, email(ABSENT_ID));
});

await check("messages: replies join the thread of an e-mail", async () => {
  const { id } = await newPerson();
  const sent = await send(id, { type: "Email", subject: "Plan" });
  const answer = await receive(id, { type: "Email", emailMessageId: sent.emailMessageId });
  const reply = await send(id, { type: "Email", threadId: sent.messageId });
  const { meta } = await read(sent.messageId);
  const expected = [sent, answer, reply].map((one) => one.emailMessageId);
  assert.deepEqual(meta.email.messageIds, expected);
  assert.equal((await email(reply.emailMessageId)).subject, "Re: Plan");
  assert.equal((await list(sent.conversationId)).messages.length, 1);
});

await check("messages: a scheduled one leaves when its time has come", async () => {
  const { id } = await newPerson();
  const sent = await send(id, { scheduledTimestamp: await inSeconds(300) });
  assert.equal((await read(sent.messageId)).status, "scheduled");
  await pass(330);
  assert.equal((await read(sent.messageId)).status, "delivered");
  const error = await refused(
    GHLValidationError,
    conversations.cancelScheduledMessage({ messageId: sent.messageId }),
  );
  assert.equal(error.statusCode, 400);
});

await check("messages: a scheduled one is canceled by the id of its kind", async () => {
  const { id } = await newPerson();
  const scheduledTimestamp = await inSeconds(3600);
  const sms = await send(id, { scheduledTimestamp });
  const mail = await send(id, { type: "Email", scheduledTimestamp });
  const first = await conversations.cancelScheduledMessage({ messageId: sms.messageId });
  assert.equal(first.status, 200);
  await conversations.cancelScheduledEmailMessage({ emailMessageId: mail.emailMessageId });
  assert.deepEqual((await list(sms.conversationId)).messages, []);
});

await check("messages: inbound ones count as unread and need somebody", async () => {
  const { id: contactId } = await newPerson();
  const first = await receive(contactId);
  const second = await receive(undefined, { conversationId: first.conversationId, message: "Again" });
  assert.deepEqual([second.success, second.contactId], [true, contactId]);
  const { conversationId } = first;
  assert.equal((await conversations.getConversation({ conversationId })).unreadCount, 2);
  assert.equal((await read(second.messageId)).direction, "inbound");
  await refused(GHLValidationError, receive(undefined));
});

await check("messages: custom channels need a provider that is known", async () => {
  const { id } = await newPerson();
  const response = await location.getHttpClient().post("/conversations/messages/inbound", {
    type: "Custom",
    contactId: id,
    message: "x",
  });
  assert.deepEqual([response.status, response.data], [201, ""]);
  const wrong = receive(id, { type: "Custom", conversationProviderId: "nobody" });
  assert.equal((await refused(GHLServerError, wrong)).statusCode, 500);
  const good = await receive(id, { type: "Custom", conversationProviderId: PROVIDER });
  assert.equal((await read(good.messageId)).conversationProviderId, PROVIDER);
});

await check("messages: a provider reports the status", async () => {
  const { id } = await newPerson();
  const { messageId } = await send(id, { type: "Custom", conversationProviderId: PROVIDER });
  await pass(30);
  assert.equal((await read(messageId)).status, "pending");
  const error = { code: "7", type: "provider", message: "unreachable" };
  await conversations.updateMessageStatus({ messageId }, { status: "failed", error });
  const failed = await read(messageId);
  assert.deepEqual([failed.status, failed.error], ["failed", error]);
  await refused(GHLValidationError, conversations.updateMessageStatus({ messageId }, { status: "lost" }));
});

await check("messages: calls go out, are recorded and written down", async () => {
  const { conversationId } = await send((await newPerson()).id);
  const call = { status: "completed", from: "+15550100100", to: "+15550100142" };
  const body = { type: "Call", conversationId, conversationProviderId: PROVIDER, call };
  const { messageId, success } = await conversations.addAnOutboundMessage(body);
  assert.equal(success, true);
  const { meta } = await read(messageId);
  assert.equal(meta.call.status, "completed");
  assert.equal(meta.callDuration, String(meta.call.duration));
  const ids = { locationId, messageId };
  const sentences = await conversations.getMessageTranscription(ids);
  assert.deepEqual(sentences.map((one) => one.sentenceIndex), [0, 1, 2]);
  const path = `/conversations/messages/${messageId}/locations/${locationId}/recording`;
  const recording = await location.getHttpClient().get(path, { responseType: "arraybuffer" });
  assert.equal(Buffer.from(recording.data).subarray(0, 4).toString(), "RIFF");
  const attachments = ["https://example.com/call.mp3"];
  await conversations.addMessageAttachments({ messageId }, { attachments });
  assert.deepEqual((await read(messageId)).attachments, attachments);
});

await check("messages: files are uploaded, and refused by kind, size and conversation", async () => {
  const { conversationId } = await send((await newPerson()).id);
  const good = await upload({ conversationId, locationId }, ["a.png", "x"], ["b.pdf", "y"]);
  assert.equal(good.status, 200);
  assert.deepEqual(Object.keys(good.body.uploadedFiles).sort(), ["a.png", "b.pdf"]);
  const kind = await upload({ conversationId, locationId }, ["a.exe", "x"]);
  assert.deepEqual([kind.status, kind.body.status], [415, 415]);
  const size = await upload({ conversationId, locationId }, ["a.mp4", "x".repeat(6 << 20)]);
  assert.deepEqual([size.status, size.body.status], [413, 413]);
  const nowhere = await upload({ conversationId: ABSENT_ID, locationId }, ["a.png", "x"]);
  assert.equal(nowhere.status, 500);
});

await check("messages: the export pages by cursor and leaves e-mail to its channel", async () => {
  const { id: contactId } = await newPerson();
  for (let index = 0; index < 23; index += 1) await send(contactId);
  const mail = await send(contactId, { type: "Email" });
  const seen = [];
  let cursor;
  do {
    const page = await exported({ contactId, limit: 10, cursor, sortOrder: "asc" });
    assert.equal(page.total, 23);
    seen.push(...page.messages);
    cursor = page.nextCursor;
  } while (cursor);
  assert.equal(new Set(seen.map((one) => one.id)).size, 23);
  assert.ok(seen.every((one) => one.messageType === "TYPE_SMS"));
  const mails = await exported({ contactId, channel: "Email" });
  assert.deepEqual(mails.messages.map((one) => one.id), [mail.messageId]);
  await refused(GHLValidationError, exported({ limit: 501 }));
});

await check("messages: somebody types, and a contact changes its preferences", async () => {
  const { id: contactId, email: address } = await newPerson();
  const { conversationId } = await send(contactId);
  const typing = { locationId, isTyping: true, visitorId: "visitor", conversationId };
  assert.equal((await conversations.liveChatAgentTyping(typing)).success, true);
  await conversations.userSubscriptionChange({
    locationId,
    contactId,
    email: address,
    subscription_action: { type: "default", subtype_name: "One on One", subtype_status: "unsubscribed" },
  });
  const error = await refused(GHLValidationError, send(contactId, { type: "Email" }));
  assert.equal(error.response.canonicalCode, "CONVERSATIONS_MSG_UNSUBSCRIBED_EMAIL");
});

await check("messages: webhooks name the kinds with short words", async () => {
  const { id } = await newPerson();
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end("{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await control("PUT", "subscription", { url: `http://127.0.0.1:${server.address().port}/` });
    const sent = await send(id, { type: "Email", subject: "Told" });
    await receive(id);
    const wanted = ["OutboundMessage", "InboundMessage", "ConversationUnreadUpdate"];
    const end = Date.now() + 5000;
    while (received.length < wanted.length && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(received.map((one) => one.type), wanted);
    const [out, incoming, unread] = received;
    assert.deepEqual([out.messageType, out.emailMessageId], ["Email", sent.emailMessageId]);
    assert.deepEqual([out.subject, out.source], ["Told", "api"]);
    assert.deepEqual([incoming.messageType, incoming.body], ["SMS", "Hi there"]);
    assert.deepEqual([unread.contactId, unread.unreadCount], [id, 1]);
  } finally {
    server.close();
  }
});
