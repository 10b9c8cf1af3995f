/**
 * A Prettier plugin for JSON with comments. GraphiQL prettifies variables and headers by Prettier's
 * JavaScript plugins, half a megabyte; build.mjs puts this one, on the parser that is here anyway, in
 * their place.
 */
import { applyEdits, format } from "jsonc-parser";
import type { Parser, Plugin } from "prettier";

const jsonc: Parser<string> = {
  astFormat: "jsonc",
  parse: (text) => applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2 })),
  locStart: () => 0,
  locEnd: (text) => text.length,
};

export const parsers = { jsonc };
export const printers: Plugin["printers"] = { jsonc: { print: (path) => String(path.node) } };
