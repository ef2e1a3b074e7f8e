// The letters in which a .wasm is written as text. Shared by build/text.mjs, which writes it, and embedded.js, which reads it.
//
// Visible ASCII and the blank, so that no character set can spoil it, without what would have to be escaped in a JavaScript
// string or an HTML page. A byte that is frequent in this .wasm is one letter; any other is one of the last two and a letter.
// gzip then finds what it finds in the bytes themselves: the text costs 0.4 % more than the file, hex 10 %, base64 30 %.
export const LETTERS = /** @type {number[]} */ ([]);
for (let code = 32; code < 127; code++) {
  if (!'"<\\'.includes(String.fromCharCode(code))) LETTERS.push(code);
}

export const FIRST_PREFIX = LETTERS.length - 2;
