// Runs koodrive.wasm in Node, over standard input and output: `engine.mjs MODULE`. A message is
// five numbers and a record, an answer is one number and bytes. Each follows its length.
import { readFileSync, readSync, writeSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = WebAssembly.Module.imports(module);
if (imports.length > 0) throw new Error(`the module has imports: ${JSON.stringify(imports)}`);
const { exports } = new WebAssembly.Instance(module);
if (exports.koodrive_version() !== 0x10000) throw new Error("the module has another version");

function call(functionNumber, handle, operation, capacity, record) {
  if (functionNumber === 2) return [exports.koodrive_close(handle) ?? 0, new Uint8Array()];
  const at = exports.koodrive_buffer(capacity) >>> 0;
  if (at === 0) throw new Error("the module has no room");
  // The memory never grows afterwards, so the view stays valid.
  const buffer = new Uint8Array(exports.memory.buffer, at, capacity);
  buffer.set(record);
  const returned =
    functionNumber === 0
      ? exports.koodrive_open(at, capacity, record.length)
      : exports.koodrive_call(handle, operation, at, capacity, record.length);
  if (buffer.buffer !== exports.memory.buffer) throw new Error("the memory has grown");
  return [returned, buffer];
}

function take(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const read = readSync(0, bytes, at, length - at);
    if (read === 0) process.exit(0);
    at += read;
  }
  return bytes;
}

for (;;) {
  const message = take(take(4).readUInt32LE());
  const numbers = [0, 4, 8, 12].map((at) => message.readUInt32LE(at));
  const [returned, bytes] = call(...numbers, message.subarray(16));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(bytes.length + 4);
  head.writeInt32LE(returned, 4);
  const answer = Buffer.concat([head, bytes]);
  for (let at = 0; at < answer.length; ) at += writeSync(1, answer, at);
}
