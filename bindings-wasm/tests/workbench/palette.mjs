// Reduces a picture to few colours, which takes a third of the bytes. The README should weigh less
// than the page.
import { crc32, deflateSync } from "node:zlib";

const COLOURS = 64;

/** Returns `png` with a palette. `page` is blank; its canvas reads the picture. */
export async function withPalette(page, png) {
  const { width, height, palette, indices } = await page.evaluate(reduce, [png.toString("base64"), COLOURS]);
  const pixels = Buffer.from(indices, "base64");
  const rows = Array.from({ length: height }, (_, y) => [Buffer.of(0), pixels.subarray(y * width, (y + 1) * width)]).flat();
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Each pixel is an index of 8 bits into the palette.
  header.set([8, 3, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const data = deflateSync(Buffer.concat(rows), { level: 9 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette)),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Runs in the page: replaces every pixel by the nearest of the most frequent colours. */
async function reduce([base64, count]) {
  const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const uses = new Map();
  for (const pixel of pixels) uses.set(pixel, (uses.get(pixel) ?? 0) + 1);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const colours = [...uses]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([pixel]) => parts(pixel));
  const distance = (a, b) => a.reduce((sum, part, at) => sum + (part - b[at]) ** 2, 0);
  const nearest = new Map();
  for (const pixel of uses.keys()) {
    const distances = colours.map((colour) => distance(parts(pixel), colour));
    nearest.set(pixel, distances.indexOf(Math.min(...distances)));
  }
  const indices = Uint8Array.from(pixels, (pixel) => nearest.get(pixel));
  let text = "";
  for (let at = 0; at < indices.length; at += 8192) text += String.fromCharCode(...indices.subarray(at, at + 8192));
  return { width, height, palette: colours.flat(), indices: btoa(text) };
}
