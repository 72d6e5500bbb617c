// Drives the simulated language models with the official clients of OpenAI, Anthropic and Ollama: one
// line per check, exit code 1 when one of them fails.
//
// Reads MODELS_URL, MODELS_OPENAI_URL, MODELS_ANTHROPIC_URL, MODELS_OLLAMA_URL and MODELS_KEY. Scripts
// and faults are set through /_sandbox, which only the simulation has.

import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { Ollama } from "ollama";
import OpenAI from "openai";

const url = needed("MODELS_URL");
const key = needed("MODELS_KEY");
const MODEL = "sandbox-small";
const HELLO = [{ role: "user", content: "Hello" }];

const openai = openaiClient();
const anthropic = anthropicClient();
const ollama = new Ollama({ host: needed("MODELS_OLLAMA_URL") });

function needed(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`set ${name}: crates/e2e/tests/models_official_clients.rs shows how`);
    process.exit(2);
  }
  return value;
}

function openaiClient(options = {}) {
  return new OpenAI({
    apiKey: key,
    baseURL: needed("MODELS_OPENAI_URL"),
    maxRetries: 0,
    ...options,
  });
}

function anthropicClient(options = {}) {
  return new Anthropic({
    apiKey: key,
    baseURL: needed("MODELS_ANTHROPIC_URL"),
    maxRetries: 0,
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

async function withScript(script, act) {
  await control("PUT", "script", script);
  try {
    return await act();
  } finally {
    await control("PUT", "script", []);
  }
}

async function refused(promise, kind) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof kind, `not a ${kind.name}: ${error}`);
    return error;
  }
  assert.fail("it was not refused");
}

const toOpenAi = (options = {}, client = openai) =>
  client.chat.completions.create({ model: MODEL, messages: HELLO, ...options });
const toAnthropic = (options = {}, client = anthropic) =>
  client.messages.create({ model: MODEL, max_tokens: 100, messages: HELLO, ...options });
const toOllama = (options = {}) => ollama.chat({ model: MODEL, messages: HELLO, ...options });

const TOOL = { name: "look_up", arguments: { id: 7 } };
const WANTS_TOOL = [{ tool_calls: [TOOL], stop: "tools", text: "" }];

const checks = {
  "OpenAI: models are listed and found": async () => {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.deepEqual(ids, ["sandbox-large", MODEL]);
    assert.equal((await openai.models.retrieve(MODEL)).object, "model");
    const error = await refused(openai.models.retrieve("gone"), OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
  },

  "OpenAI: a conversation is answered, with its tokens": async () => {
    const reply = await toOpenAi();
    assert.equal(reply.choices[0].message.content, "You said: Hello");
    assert.equal(reply.choices[0].finish_reason, "stop");
    assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
    assert.ok(reply._request_id);
    const cut = await toOpenAi({ max_completion_tokens: 1 });
    assert.equal(cut.choices[0].finish_reason, "length");
  },

  "OpenAI: tools are called with arguments as text": async () => {
    const reply = await withScript(WANTS_TOOL, () => toOpenAi());
    assert.equal(reply.choices[0].finish_reason, "tool_calls");
    const call = reply.choices[0].message.tool_calls[0];
    assert.equal(call.type, "function");
    assert.deepEqual(JSON.parse(call.function.arguments), TOOL.arguments);
  },

  "OpenAI: refusals are the client's own errors": async () => {
    const other = openaiClient({ apiKey: "sk-other" });
    const error = await refused(toOpenAi({}, other), OpenAI.AuthenticationError);
    assert.equal(error.code, "invalid_api_key");
    await refused(toOpenAi({ messages: [] }), OpenAI.BadRequestError);
    const poor = { kind: "status", status: 429, reason: "insufficient_quota" };
    const quota = await withFault({ action: poor }, () => refused(toOpenAi(), OpenAI.RateLimitError));
    assert.equal(quota.code, "insufficient_quota");
    const down = { kind: "status", status: 500 };
    await withFault({ action: down }, () => refused(toOpenAi(), OpenAI.InternalServerError));
  },

  "OpenAI: the client repeats what was throttled": async () => {
    const patient = openaiClient({ maxRetries: 1 });
    const slow = { kind: "status", status: 429, retry_after: 0 };
    const reply = await withFault({ action: slow, count: 1 }, () => toOpenAi({}, patient));
    assert.equal(reply.choices[0].message.content, "You said: Hello");
  },

  "OpenAI: an answer that is cut or malformed is an error": async () => {
    await withFault({ action: { kind: "truncate" } }, () => assert.rejects(toOpenAi()));
    await withScript([{ raw: '{"choices":[' }], () => assert.rejects(toOpenAi()));
  },

  "Anthropic: models are listed and found": async () => {
    const ids = [];
    for await (const model of anthropic.models.list({ limit: 1 })) ids.push(model.id);
    assert.deepEqual(ids, ["sandbox-large", MODEL]);
    assert.equal((await anthropic.models.retrieve(MODEL)).display_name, "sandbox small");
  },

  "Anthropic: a conversation is answered, with its tokens": async () => {
    const reply = await toAnthropic({ system: "Be kind." });
    assert.deepEqual(reply.content[0], { type: "text", text: "You said: Hello", citations: null });
    assert.equal(reply.stop_reason, "end_turn");
    assert.equal(reply.usage.output_tokens, 4);
    const cut = await toAnthropic({ max_tokens: 1 });
    assert.equal(cut.stop_reason, "max_tokens");
  },

  "Anthropic: tools are called with arguments as an object": async () => {
    const reply = await withScript(WANTS_TOOL, () => toAnthropic());
    assert.equal(reply.stop_reason, "tool_use");
    assert.deepEqual(reply.content[0].input, TOOL.arguments);
  },

  "Anthropic: refusals are the client's own errors": async () => {
    const other = anthropicClient({ apiKey: "sk-other" });
    const error = await refused(toAnthropic({}, other), Anthropic.AuthenticationError);
    assert.equal(error.error.error.type, "authentication_error");
    assert.ok(error.requestID);
    await refused(toAnthropic({ model: "gone" }), Anthropic.NotFoundError);
    const full = { kind: "status", status: 529 };
    const overloaded = await withFault({ action: full }, () =>
      refused(toAnthropic(), Anthropic.InternalServerError),
    );
    assert.equal(overloaded.status, 529);
  },

  "Anthropic: the client's version refuses sampling": async () => {
    const error = await refused(toAnthropic({ temperature: 0.5 }), Anthropic.BadRequestError);
    assert.match(error.message, /temperature/);
  },

  "Ollama: models are listed": async () => {
    const { models } = await ollama.list();
    assert.deepEqual(models.map((model) => model.name), ["sandbox-large:latest", `${MODEL}:latest`]);
  },

  "Ollama: a conversation is answered at once or bit by bit": async () => {
    const reply = await toOllama();
    assert.equal(reply.message.content, "You said: Hello");
    assert.deepEqual([reply.done, reply.done_reason, reply.eval_count], [true, "stop", 4]);
    let said = "";
    for await (const part of await toOllama({ stream: true })) said += part.message.content;
    assert.equal(said, "You said: Hello");
    const cut = await toOllama({ options: { num_predict: 1 } });
    assert.equal(cut.done_reason, "length");
  },

  "Ollama: what is not there is told": async () => {
    await assert.rejects(toOllama({ model: "gone" }), /model 'gone' not found/);
  },

  "what was asked can be seen": async () => {
    const { prompts } = await control("GET", "prompts");
    const last = prompts.at(-1);
    assert.equal(last.operation, "ollama.chat");
    assert.deepEqual(last.body.messages, HELLO);
    assert.ok(prompts.some((prompt) => prompt.body.system === "Be kind."));
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
