// Compares the declarations of the installed package with its exports in each module system: the
// same names, each with a comment. xtask/src/types.rs checks the types.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { sep } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript-oldest";
import { require } from "./koodrive.mjs";

const { exports } = require("koodrive/package.json");
const folder = require.resolve("koodrive/package.json").replace(/package\.json$/, "");

/** The entries that are code, each with its pairs of declarations and program. */
const entries = Object.entries(exports).flatMap(([entry, conditions]) =>
  Object.entries(conditions)
    // Workers' modules load only in Workers: see tests/runtimes.
    .filter(([condition, { types }]) => types && condition !== "workerd")
    .map(([condition, { types, default: program }]) => [entry, condition, types, program]),
);

test("the entries that are code are compared, for both module systems", () => {
  const compared = entries.map(([entry, condition]) => `${entry} ${condition}`);
  assert.deepEqual(
    compared.sort(),
    ["import", "require"].flatMap((condition) => [".", "./sandbox", "./undici"].map((entry) => `${entry} ${condition}`)).sort(),
  );
});

/**
 * Returns the names that the declarations of an entry export, with their symbols, and the files of
 * the package that the entry reaches.
 */
function declared(types) {
  const entry = folder + types;
  const program = ts.createProgram([entry], { module: ts.ModuleKind.Node16, target: ts.ScriptTarget.ES2022, strict: true, types: [] });
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.replaceAll("/", sep).startsWith(`${folder}dist${sep}`));
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)));
  const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  return { checker, files, exported: new Map(symbols.map((symbol) => [symbol.name, resolved(symbol)])) };
}

const MEMBERS = [
  ts.SyntaxKind.PropertySignature,
  ts.SyntaxKind.PropertyDeclaration,
  ts.SyntaxKind.MethodSignature,
  ts.SyntaxKind.MethodDeclaration,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.Constructor,
];

/**
 * Tells whether a member needs no comment: one that must be absent, or that only narrows an
 * inherited member to a text or a boolean.
 */
const isPlain = ({ name, type, questionToken }) =>
  name?.kind === ts.SyntaxKind.PrivateIdentifier ||
  (type && questionToken && type.kind === ts.SyntaxKind.UndefinedKeyword) ||
  (type && (ts.isUnionTypeNode(type) ? type.types : [type]).every(ts.isLiteralTypeNode));

/** Returns the declarations and members below `node` that have no comment. */
function bare(node, file, inBody = false) {
  // The comment of the whole type describes a condition's type and a type of one member.
  if (ts.isConditionalTypeNode(node) || (ts.isTypeLiteralNode(node) && node.members.length === 1)) return [];
  const named =
    ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isFunctionDeclaration(node);
  const wanted = named || ts.isVariableStatement(node) || (MEMBERS.includes(node.kind) && inBody && !isPlain(node));
  const documented = ts.getJSDocCommentsAndTags(node).some((comment) => ts.isJSDoc(comment) && comment.comment);
  const found = wanted && !documented ? [`${file.fileName}: ${node.getText(file).split("\n")[0]}`] : [];
  // The comment of a member describes its parts.
  if (!MEMBERS.includes(node.kind)) {
    const body = named || inBody;
    ts.forEachChild(node, (child) => void found.push(...bare(child, file, body)));
  } else if (node.type && ts.isTypeLiteralNode(node.type) && node.type.members.length > 1) {
    node.type.members.forEach((member) => found.push(...bare(member, file, true)));
  }
  return found;
}

for (const [entry, condition, types, program] of entries) {
  const { checker, files, exported } = declared(types);

  test(`${entry}, ${condition}: declarations and exports have the same names`, async () => {
    const loaded = condition === "require" ? require(folder + program) : await import(pathToFileURL(folder + program).href);
    const values = [...exported].filter(([, { flags }]) => flags & ts.SymbolFlags.Value).map(([name]) => name);
    // A default export would be one more name in CommonJS.
    assert.deepEqual(values.sort(), Object.keys(loaded).sort());
  });

  test(`${entry}, ${condition}: the files of its declarations are found`, () => {
    assert.ok(
      files.some(({ fileName }) => fileName.endsWith(types.replace("./", ""))),
      `${types} is not among ${files.length} files`,
    );
    assert.ok(exported.size > 0);
  });

  test(`${entry}, ${condition}: every export has a comment, and so has each of its overloads`, () => {
    for (const [name, symbol] of exported) {
      assert.ok(ts.displayPartsToString(symbol.getDocumentationComment(checker)).length > 0, name);
      if (!(symbol.flags & ts.SymbolFlags.Function)) continue;
      for (const signature of checker.getSignaturesOfType(checker.getTypeOfSymbol(symbol), ts.SignatureKind.Call)) {
        assert.ok(ts.displayPartsToString(signature.getDocumentationComment(checker)).length > 40, name);
      }
    }
  });

  test(`${entry}, ${condition}: every declaration and every member is documented`, () => {
    const found = files.flatMap((file) => file.statements.flatMap((statement) => bare(statement, file)));
    assert.deepEqual(found, []);
  });

  test(`${entry}, ${condition}: links in the documentation resolve`, () => {
    const { exported: ofKoodrive } = declared(exports["."].import.types);
    let links = 0;
    for (const file of files) {
      for (const [link, name, member] of readFileSync(file.fileName, "utf8").matchAll(/\{@link (\w+)(?:\.(\w+))?\}/g)) {
        const symbol = exported.get(name) ?? ofKoodrive.get(name);
        assert.ok(symbol, `${file.fileName}: ${link}`);
        if (member) assert.match(symbol.declarations.map((it) => it.getText()).join("\n"), new RegExp(`\\b${member}\\b`), link);
        links++;
      }
    }
    assert.ok(links > 0, "there is none");
  });

  test(`${entry}, ${condition}: no declaration has the type any`, () => {
    const hasAny = (node) =>
      node.kind === ts.SyntaxKind.AnyKeyword || ts.forEachChild(node, (child) => hasAny(child) || undefined) || false;
    for (const file of files) assert.ok(!hasAny(file), file.fileName);
  });
}
