// Tests the .wasm as a host uses it. KOODRIVE_WASM names the module, KOODRIVE_WASM_PANICS a build
// with an operation that panics.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const load = (name) => new WebAssembly.Module(readFileSync(process.env[name]));
const shipped = load("KOODRIVE_WASM");

const NOW = "1762153305000";
const SECRET = "example-app-secret-not-real";
const TOKEN = "example-token-not-real";
const BEGIN = 16;
const REPLY = 18;
const PANIC = 255;
const CAPACITY = 16384;

/** Returns a record of texts; null becomes an absent field. */
function record(...fields) {
  const parts = fields.flatMap((field) => {
    const bytes = field === null ? Buffer.alloc(0) : Buffer.from(field);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(field === null ? 0 : bytes.length + 1);
    return [head, bytes];
  });
  return Buffer.concat(parts);
}

function read(bytes) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    fields.push(length === 0 ? null : bytes.subarray(at + 4, at + 3 + length).toString());
    at += 4 + Math.max(length - 1, 0);
  }
  return fields;
}

class Host {
  constructor(module, credentials) {
    this.core = new WebAssembly.Instance(module).exports;
    this.core.koodrive_buffer(CAPACITY);
    const open = record(null, "https://koodrive.example", null, "1505084218764547200", credentials);
    this.handle = Number(this.answer((...buffer) => this.core.koodrive_open(...buffer), open)[0]);
  }

  call(operation, input) {
    return this.answer((...buffer) => this.core.koodrive_call(this.handle, operation, ...buffer), input);
  }

  answer(call, input) {
    const capacity = Math.max(CAPACITY, input.length);
    const at = this.core.koodrive_buffer(capacity) >>> 0;
    assert.notEqual(at, 0);
    const buffer = Buffer.from(this.core.memory.buffer, at, capacity);
    buffer.set(input);
    const returned = call(at, capacity, input.length);
    const fields = read(Buffer.from(buffer.subarray(0, Math.abs(returned))));
    if (returned < 0) throw Object.assign(new Error(fields[0]), { kind: fields[1], outcome: fields[2] });
    return fields;
  }

  begin() {
    return this.call(BEGIN, record("notifyPackageExpire", record("189642158555241211", "14"), NOW));
  }

  reply(exchange, body) {
    return this.call(REPLY, record(exchange, "200", null, body, NOW));
  }

  holds(text) {
    return Buffer.from(this.core.memory.buffer).includes(text);
  }
}

const signing = () => new Host(shipped, record("example-app-id", SECRET));
const bearing = (module = shipped) => new Host(module, record(null, null, null, TOKEN));

test("it imports nothing and exports the interface", () => {
  assert.deepEqual(WebAssembly.Module.imports(shipped), []);
  const exported = WebAssembly.Module.exports(shipped);
  const functions = exported.filter(({ kind }) => kind === "function").map(({ name }) => name);
  assert.deepEqual(functions.sort(), ["koodrive_buffer", "koodrive_call", "koodrive_close", "koodrive_open", "koodrive_version"]);
  assert.deepEqual(
    exported.filter(({ kind }) => kind === "memory"),
    [{ name: "memory", kind: "memory" }],
  );
});

test("its memory has a fixed maximum that is reserved before the first secret", () => {
  const { core } = signing();
  assert.throws(() => core.memory.grow(1), RangeError);
  const bytes = core.memory.buffer.byteLength;
  assert.equal(bytes, 16 << 20);
});

test("a million exchanges leave the memory as it was", { timeout: 300_000 }, () => {
  const host = bearing();
  const { buffer } = host.core.memory;
  for (let count = 0; count < 1_000_000; count++) {
    const [exchange] = host.begin();
    host.reply(exchange, '{"code":0,"msg":"Success."}');
  }
  assert.equal(host.core.memory.buffer, buffer);
  assert.equal(host.begin()[0], "1000001");
});

test("no secret is left in the memory", () => {
  const signed = signing();
  signed.begin();
  assert.ok(!signed.holds(SECRET));
  const host = bearing();
  host.begin();
  assert.ok(host.holds(TOKEN));
  host.core.koodrive_close(host.handle);
  // The host has read its request, so it clears the buffer.
  Buffer.from(host.core.memory.buffer, host.core.koodrive_buffer(0), CAPACITY).fill(0);
  assert.ok(!host.holds(TOKEN));
});

test("a reply that does not fit is an error and not a trap", () => {
  const host = bearing();
  const [exchange] = host.begin();
  const body = `{"code":0,"msg":"${"x".repeat(4 << 20)}"}`;
  assert.throws(() => host.reply(exchange, body), { kind: "outcome_unknown", outcome: "unknown" });
  assert.equal(host.begin()[1], "POST");
  assert.equal(host.core.koodrive_buffer(64 << 20), 0);
});

test("exchanges that are never ended fill the memory with an error and not a trap", () => {
  const host = bearing();
  const { buffer } = host.core.memory;
  const fill = () => {
    for (;;) host.begin();
  };
  assert.throws(fill, { kind: "invalid_input", outcome: "not_sent" });
  assert.equal(host.core.memory.buffer, buffer);
});

test("a panic ends one instance and no other", () => {
  const panicking = load("KOODRIVE_WASM_PANICS");
  const [host, other] = [bearing(panicking), bearing(panicking)];
  assert.throws(() => host.call(PANIC, record()), WebAssembly.RuntimeError);
  assert.equal(other.begin()[1], "POST");
  assert.throws(() => bearing().call(PANIC, record()), { kind: "invalid_input" });
});
