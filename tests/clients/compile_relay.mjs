// Compiles Relay's documents for a server: node compile_relay.mjs ADDRESS FOLDER
// Leaves FOLDER/artifacts, and FOLDER/persisted.json: texts by the ids that artifacts have in their place.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import compiler from "relay-compiler";

const [address, folder] = process.argv.slice(2);
const schema = await fetch(new URL("/schema.graphql", address));
mkdirSync(join(folder, "artifacts"));
cpSync(new URL("relay", import.meta.url), join(folder, "src"), { recursive: true });
writeFileSync(join(folder, "schema.graphql"), await schema.text());
writeFileSync(join(folder, "persisted.json"), "{}");
const config = {
  src: "src",
  schema: "schema.graphql",
  artifactDirectory: "artifacts",
  language: "javascript",
  eagerEsModules: false,
  noSourceControl: true,
  persistConfig: { file: "persisted.json", algorithm: "SHA256" },
};
writeFileSync(join(folder, "relay.config.json"), JSON.stringify(config));
execFileSync(compiler, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
console.log(JSON.stringify({ artifacts: join(folder, "artifacts"), manifest: join(folder, "persisted.json") }));
process.exit();
