// Drives the simulated Notion with Notion's official client: one line per check, exit code 1 when
// one of them fails.
//
// Reads NOTION_URL, NOTION_TOKEN, NOTION_PARENT_PAGE_ID and NOTION_QUERY_ROW_CAP, which must be from
// 250 to 310. Faults and time are set through /_sandbox, which only the simulation has.

import assert from "node:assert/strict";
import {
  APIErrorCode,
  Client,
  ClientErrorCode,
  collectAllDataSourceRows,
  collectPaginatedAPI,
  isFullBlock,
  isFullDataSource,
  isFullDatabase,
  isFullPage,
  isFullUser,
  isNotionClientError,
} from "@notionhq/client";

const url = needed("NOTION_URL");
const token = needed("NOTION_TOKEN");
const parentPageId = needed("NOTION_PARENT_PAGE_ID");
const rowCap = Number(needed("NOTION_QUERY_ROW_CAP"));
const PAGINATED_ROWS = 250;
const ROWS_ABOVE_CAP = 320;
const ABSENT_ID = "12345678-1234-4123-8123-123456789abc";

const notion = client("2026-03-11");
const older = client("2025-09-03");

function needed(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`set ${name}: crates/e2e/tests/notion_official_client.rs shows how`);
    process.exit(2);
  }
  return value;
}

function client(notionVersion, options = {}) {
  return new Client({
    auth: token,
    baseUrl: url,
    notionVersion,
    retry: { maxRetries: 2, initialRetryDelayMs: 5 },
    logger: () => {},
    ...options,
  });
}

async function control(method, path, body) {
  const response = await fetch(`${url}/_sandbox/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.equal(response.status, 200, `${method} ${path}`);
  return response.json();
}

async function withFault(fault, act) {
  await control("POST", "faults", [fault]);
  try {
    return await act();
  } finally {
    await control("DELETE", "faults");
  }
}

async function requestCount() {
  return (await control("GET", "requests")).count;
}

// How many requests `act` sends.
async function requestsOf(act) {
  const before = await requestCount();
  await act();
  return (await requestCount()) - before;
}

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(isNotionClientError(error), `not an error of the client: ${error}`);
    return error;
  }
  assert.fail("it was not refused");
}

async function inParallel(items, lanes, act) {
  const queue = [...items];
  const lane = async () => {
    while (queue.length > 0) await act(queue.shift());
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const text = (content) => [{ type: "text", text: { content } }];
const plain = (items) => items.map((item) => item.plain_text).join("");

const PROPERTIES = {
  "Entity Name": { title: {} },
  "Event Type": { select: { options: [{ name: "ContactCreate", color: "blue" }] } },
  "Record ID": { rich_text: {} },
  Timestamp: { date: {} },
  Link: { url: {} },
  Fee: { number: { format: "euro" } },
  Tags: { multi_select: {} },
  Email: { email: {} },
  Phone: { phone_number: {} },
  Done: { checkbox: {} },
  Pipeline: { status: { options: [{ name: "New" }] } },
  Number: { unique_id: { prefix: "HUB" } },
  Created: { created_time: {} },
};

async function createLog(of = notion, title = "Activity log") {
  const database = await of.databases.create({
    parent: { type: "page_id", page_id: parentPageId },
    title: text(title),
    initial_data_source: { properties: PROPERTIES },
  });
  return { database, dataSourceId: database.data_sources[0].id };
}

function createRow(dataSourceId, key, properties = {}, of = notion) {
  return of.pages.create({
    parent: { type: "data_source_id", data_source_id: dataSourceId },
    properties: {
      "Entity Name": { title: text(`Row ${key}`) },
      "Record ID": { rich_text: text(key) },
      ...properties,
    },
  });
}

// What earlier checks made for later ones.
const made = {};

const checks = {
  "users.me is the bot": async () => {
    const me = await notion.users.me({});
    assert.ok(isFullUser(me));
    assert.equal(me.type, "bot");
    made.bot = me.id;
    const everybody = await collectPaginatedAPI(notion.users.list, {});
    assert.ok(everybody.some((user) => user.id === me.id));
  },

  "databases.create under the shared page": async () => {
    const { database, dataSourceId } = await createLog();
    assert.ok(isFullDatabase(database));
    assert.equal(plain(database.title), "Activity log");
    assert.equal(database.in_trash, false);
    assert.equal("properties" in database, false);
    Object.assign(made, { databaseId: database.id, dataSourceId });
  },

  "databases.retrieve and dataSources.retrieve": async () => {
    const database = await notion.databases.retrieve({ database_id: made.databaseId });
    assert.deepEqual(database.data_sources, [{ id: made.dataSourceId, name: "Activity log" }]);
    const source = await notion.dataSources.retrieve({ data_source_id: made.dataSourceId });
    assert.ok(isFullDataSource(source));
    assert.deepEqual(Object.keys(source.properties).sort(), Object.keys(PROPERTIES).sort());
    assert.equal(source.properties["Entity Name"].id, "title");
    assert.equal(source.properties.Fee.number.format, "euro");
    assert.equal(source.properties.Pipeline.status.groups.length, 3);
    assert.equal(source.database_parent.page_id, parentPageId);
    made.properties = source.properties;
  },

  "the shared page lists the database as a block": async () => {
    const blocks = await collectPaginatedAPI(notion.blocks.children.list, {
      block_id: parentPageId,
    });
    const block = blocks.find((one) => one.id === made.databaseId);
    assert.ok(isFullBlock(block));
    assert.deepEqual(block.child_database, { title: "Activity log" });
  },

  "pages.create and pages.retrieve": async () => {
    const page = await createRow(made.dataSourceId, "aB3dE5", {
      "Event Type": { select: { name: "ContactUpdate" } },
      Timestamp: { date: { start: "2026-03-05T12:34:00Z" } },
      Link: { url: "https://example.com/contact" },
      Fee: { number: 12.5 },
      Tags: { multi_select: [{ name: "vip" }, { name: "msp" }] },
      Email: { email: "ada@example.com" },
      Phone: { phone_number: "+1 555 0100" },
      Done: { checkbox: true },
      Pipeline: { status: { name: "New" } },
    });
    assert.ok(isFullPage(page));
    assert.equal(page.created_by.id, made.bot);
    assert.match(page.created_time, /:00\.000Z$/);
    assert.equal(page.parent.data_source_id, made.dataSourceId);
    assert.equal(page.parent.database_id, made.databaseId);
    const { properties } = await notion.pages.retrieve({ page_id: page.id });
    assert.deepEqual(properties, page.properties);
    assert.equal(plain(properties["Entity Name"].title), "Row aB3dE5");
    assert.equal(properties["Event Type"].select.name, "ContactUpdate");
    assert.equal(Date.parse(properties.Timestamp.date.start), Date.parse("2026-03-05T12:34:00Z"));
    assert.equal(properties.Fee.number, 12.5);
    assert.deepEqual(properties.Tags.multi_select.map((tag) => tag.name), ["vip", "msp"]);
    assert.equal(properties.Pipeline.status.name, "New");
    assert.deepEqual(properties.Number.unique_id, { prefix: "HUB", number: 1 });
    assert.equal(properties.Created.created_time, page.created_time);
    made.pageId = page.id;
  },

  "dataSources.query by equals, contains and property id": async () => {
    await createRow(made.dataSourceId, "aB3dE5-second");
    const find = async (property, rich_text) => {
      const answer = await notion.dataSources.query({
        data_source_id: made.dataSourceId,
        filter: { property, rich_text },
        page_size: 2,
      });
      assert.equal(answer.request_status.type, "complete");
      return answer.results.map((row) => plain(row.properties["Record ID"].rich_text));
    };
    assert.deepEqual(await find("Record ID", { equals: "aB3dE5" }), ["aB3dE5"]);
    assert.equal((await find("Record ID", { contains: "aB3dE5" })).length, 2);
    const id = made.properties["Record ID"].id;
    assert.deepEqual(await find(id, { equals: "aB3dE5-second" }), ["aB3dE5-second"]);
    assert.deepEqual(await find("Record ID", { equals: "nobody" }), []);
  },

  "dataSources.query with groups, timestamps, sorts and filter_properties": async () => {
    const answer = await notion.dataSources.query({
      data_source_id: made.dataSourceId,
      filter: {
        and: [
          { timestamp: "last_edited_time", last_edited_time: { past_week: {} } },
          {
            or: [
              { property: "Done", checkbox: { equals: true } },
              { property: "Fee", number: { is_empty: true } },
            ],
          },
        ],
      },
      sorts: [{ property: "Fee", direction: "descending" }],
      filter_properties: [made.properties.Fee.id, "title"],
    });
    assert.deepEqual(answer.results.map((row) => row.properties.Fee.number), [12.5, null]);
    assert.deepEqual(Object.keys(answer.results[0].properties).sort(), ["Entity Name", "Fee"]);
  },

  "pages.update and pages.properties.retrieve": async () => {
    const page = await notion.pages.update({
      page_id: made.pageId,
      properties: {
        [made.properties.Fee.id]: { number: 99 },
        Email: { email: null },
        "Event Type": { select: { name: "A type of its own" } },
      },
    });
    assert.equal(page.properties.Fee.number, 99);
    assert.equal(page.properties.Email.email, null);
    assert.equal(page.properties["Event Type"].select.name, "A type of its own");
    const title = await notion.pages.properties.retrieve({
      page_id: made.pageId,
      property_id: made.properties["Entity Name"].id,
    });
    assert.equal(title.results[0].title.plain_text, "Row aB3dE5");
    const fee = await notion.pages.properties.retrieve({
      page_id: made.pageId,
      property_id: made.properties.Fee.id,
    });
    assert.equal(fee.number, 99);
  },

  "dataSources.update changes the schema": async () => {
    const source = await notion.dataSources.update({
      data_source_id: made.dataSourceId,
      properties: { Fee: { name: "Monthly fee" }, Details: { rich_text: {} }, Phone: null },
    });
    assert.equal(source.properties["Monthly fee"].id, made.properties.Fee.id);
    assert.equal(source.properties.Details.type, "rich_text");
    assert.equal("Phone" in source.properties, false);
    await notion.dataSources.update({
      data_source_id: made.dataSourceId,
      properties: { [made.properties.Fee.id]: { name: "Fee" } },
    });
  },

  "blocks.children.append and list": async () => {
    const paragraph = (content) => ({ paragraph: { rich_text: text(content) } });
    const append = (children, position) =>
      notion.blocks.children.append({ block_id: made.pageId, children, position });
    const first = await append([paragraph("one"), paragraph("three")]);
    assert.ok(first.results.every(isFullBlock));
    await append([paragraph("two")], {
      type: "after_block",
      after_block: { id: first.results[0].id },
    });
    await append([paragraph("zero")], { type: "start" });
    const blocks = await collectPaginatedAPI(notion.blocks.children.list, {
      block_id: made.pageId,
      page_size: 3,
    });
    const texts = blocks.map((block) => plain(block.paragraph.rich_text));
    assert.deepEqual(texts, ["zero", "one", "two", "three"]);
    const block = await notion.blocks.retrieve({ block_id: blocks[0].id });
    assert.equal(block.parent.page_id, made.pageId);
  },

  "search by title": async () => {
    const answer = await notion.search({
      query: "row ab3de5",
      filter: { property: "object", value: "page" },
    });
    assert.ok(answer.results.some((page) => page.id === made.pageId));
    const sources = await notion.search({ query: "activity" });
    assert.ok(sources.results.some((one) => one.id === made.dataSourceId));
  },

  [`pagination helpers over ${PAGINATED_ROWS} rows`]: async () => {
    const { dataSourceId } = await createLog(notion, "Many rows");
    const keys = Array.from({ length: PAGINATED_ROWS }, (_, at) => `key-${at}`);
    await inParallel(keys, 8, (key) => createRow(dataSourceId, key));
    const rows = await collectPaginatedAPI(notion.dataSources.query, {
      data_source_id: dataSourceId,
    });
    const read = rows.map((row) => plain(row.properties["Record ID"].rich_text));
    assert.deepEqual(read.sort(), keys.sort());
    made.manyRowsId = dataSourceId;
  },

  [`a query ends at ${rowCap} rows and says so`]: async () => {
    // The client's helper goes on by the minute of creation, so not all rows may share one.
    await control("POST", "clock", { advance_seconds: 120 });
    const missing = Array.from({ length: ROWS_ABOVE_CAP - PAGINATED_ROWS }, (_, at) => `late-${at}`);
    await inParallel(missing, 8, (key) => createRow(made.manyRowsId, key));
    let answer;
    let [count, cursor] = [0, undefined];
    do {
      answer = await notion.dataSources.query({
        data_source_id: made.manyRowsId,
        start_cursor: cursor,
      });
      count += answer.results.length;
      cursor = answer.next_cursor ?? undefined;
    } while (cursor);
    assert.equal(count, rowCap);
    assert.equal(answer.has_more, false);
    assert.deepEqual(answer.request_status, {
      type: "incomplete",
      incomplete_reason: "query_result_limit_reached",
    });
    const all = await collectAllDataSourceRows(notion, { data_source_id: made.manyRowsId });
    assert.equal(all.length, ROWS_ABOVE_CAP);
  },

  "in_trash and archived by version": async () => {
    const { dataSourceId } = await createLog(older, "Older log");
    const page = await createRow(dataSourceId, "old", {}, older);
    assert.deepEqual([page.archived, page.in_trash], [false, false]);
    const newer = await notion.pages.retrieve({ page_id: page.id });
    assert.deepEqual(["archived" in newer, newer.in_trash], [false, false]);
    const trashed = await older.pages.update({ page_id: page.id, archived: true });
    assert.deepEqual([trashed.archived, trashed.in_trash], [true, true]);
    const rows = await older.dataSources.query({ data_source_id: dataSourceId });
    assert.equal(rows.results.length, 0);
    const error = await refused(notion.pages.update({ page_id: page.id, archived: false }));
    assert.match(error.message, /body\.archived should be not present/);
    await notion.pages.update({ page_id: page.id, in_trash: false });
  },

  "after and position by version": async () => {
    const children = [{ paragraph: { rich_text: text("x") } }];
    const [first] = (await older.blocks.children.append({ block_id: made.pageId, children })).results;
    const after = { block_id: made.pageId, children, after: first.id };
    await older.blocks.children.append(after);
    const error = await refused(notion.blocks.children.append(after));
    assert.match(error.message, /body\.after should be not present/);
  },

  "validation errors carry Notion's code and message": async () => {
    const long = { "Record ID": { rich_text: text("x".repeat(2001)) } };
    let error = await refused(createRow(made.dataSourceId, "long", long));
    assert.equal(error.code, APIErrorCode.ValidationError);
    assert.equal(error.status, 400);
    assert.equal(
      error.message,
      "body failed validation: body.properties.Record ID.rich_text[0].text.content.length " +
        "should be ≤ `2000`, instead was `2001`.",
    );
    assert.ok(error.request_id);
    error = await refused(createRow(made.dataSourceId, "x", { Nobody: { number: 1 } }));
    assert.equal(error.message, "Nobody is not a property that exists.");
    error = await refused(createRow(made.dataSourceId, "x", { Fee: { checkbox: true } }));
    assert.equal(error.message, "Fee is expected to be number.");
    error = await refused(createRow(made.dataSourceId, "x", { Pipeline: { status: { name: "?" } } }));
    assert.equal(error.code, APIErrorCode.ValidationError);
    error = await refused(
      notion.dataSources.query({ data_source_id: made.dataSourceId, page_size: 101 }),
    );
    assert.match(error.message, /body\.page_size should be ≤ `100`, instead was `101`/);
    error = await refused(notion.pages.retrieve({ page_id: "no-uuid" }));
    assert.match(error.message, /path\.page_id should be a valid uuid/);
  },

  "an absent object is object_not_found": async () => {
    for (const call of [
      () => notion.pages.retrieve({ page_id: ABSENT_ID }),
      () => notion.databases.retrieve({ database_id: ABSENT_ID }),
      () => notion.dataSources.query({ data_source_id: ABSENT_ID }),
      () => notion.blocks.children.list({ block_id: ABSENT_ID }),
    ]) {
      const error = await refused(call());
      assert.deepEqual([error.status, error.code], [404, APIErrorCode.ObjectNotFound]);
    }
  },

  "a wrong token is unauthorized": async () => {
    const error = await refused(client("2026-03-11", { auth: "ntn_wrong" }).users.me({}));
    assert.deepEqual([error.status, error.code], [401, APIErrorCode.Unauthorized]);
  },

  "an operation that is not there is invalid_request_url": async () => {
    const error = await refused(notion.request({ path: "nowhere", method: "get" }));
    assert.deepEqual([error.status, error.code], [400, APIErrorCode.InvalidRequestURL]);
  },

  "429 and 529 are retried by the client": async () => {
    for (const fault of [
      { kind: "status", status: 429, retry_after: 0 },
      { kind: "status", status: 429 },
      { kind: "status", status: 529, retry_after: 0 },
    ]) {
      const action = { operation: "pages.create", action: fault, count: 2 };
      let page;
      const requests = await requestsOf(() =>
        withFault(action, async () => {
          page = await createRow(made.dataSourceId, "retried");
        }),
      );
      assert.equal(requests, 3);
      assert.ok(isFullPage(page));
    }
  },

  "a 429 says when and why": async () => {
    const action = { kind: "status", status: 429, retry_after: 7, reason: "public_api_request_blocked" };
    const impatient = client("2026-03-11", { retry: false });
    const error = await withFault({ action, count: 1 }, () => refused(impatient.users.me({})));
    assert.equal(error.code, APIErrorCode.RateLimited);
    assert.equal(error.headers.get("retry-after"), "7");
    assert.deepEqual(error.additional_data, {
      rate_limit_reason: "public_api_request_blocked",
      retry_after: "7",
    });
  },

  "500 and 503 are retried for reads only": async () => {
    for (const status of [500, 503]) {
      const fault = { action: { kind: "status", status }, count: 1 };
      const reads = await requestsOf(() => withFault(fault, () => notion.users.me({})));
      assert.equal(reads, 2);
      const writes = await requestsOf(() =>
        withFault(fault, () => refused(createRow(made.dataSourceId, "not made"))),
      );
      assert.equal(writes, 1);
    }
  },

  "a 503 after the commit names what was made": async () => {
    const action = { kind: "status", status: 503, committed: true };
    const create = () => refused(createRow(made.dataSourceId, "committed"));
    let error = await withFault({ operation: "pages.create", action, count: 1 }, create);
    assert.deepEqual([error.status, error.code], [503, APIErrorCode.ServiceUnavailable]);
    assert.ok(Array.isArray(error.additional_data.retry_guidance));
    const page = await notion.pages.retrieve({ page_id: error.additional_data.committed_resource_id });
    assert.equal(plain(page.properties["Record ID"].rich_text), "committed");

    const children = [{ divider: {} }, { divider: {} }];
    const append = () => refused(notion.blocks.children.append({ block_id: page.id, children }));
    error = await withFault({ operation: "blocks.children.append", action, count: 1 }, append);
    assert.equal(error.additional_data.committed_resource_id, page.id);
    const list = await notion.blocks.children.list({ block_id: page.id });
    const ids = list.results.map((block) => block.id);
    assert.deepEqual(error.additional_data.committed_child_ids, ids);
  },

  "502 from the edge and 409 reach the caller": async () => {
    const create = () => refused(createRow(made.dataSourceId, "not made"));
    const fault = (status) => ({ action: { kind: "status", status }, count: 1 });
    let error = await withFault(fault(502), create);
    assert.deepEqual([error.status, error.code], [502, ClientErrorCode.ResponseError]);
    assert.ok(error.ray_id);
    error = await withFault(fault(409), create);
    assert.deepEqual([error.status, error.code], [409, APIErrorCode.ConflictError]);
  },

  "resets and half answers break the call": async () => {
    for (const action of [
      { kind: "reset" },
      { kind: "reset", committed: true },
      { kind: "truncate" },
      { kind: "outage" },
    ]) {
      await withFault({ operation: "users.me", action }, () => assert.rejects(notion.users.me({})));
      assert.equal((await notion.users.me({})).id, made.bot);
    }
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
  }
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
