// Bundles src/ into dist/: content-hashed files, a manifest, and the licences of what is inside.
// The same sources give the same bytes: nothing of the time, the machine or its folders goes in.
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
const BUILD_INPUTS = ["build.mjs", "package-lock.json", "package.json", "tsconfig.json"];

const common = {
  absWorkingDir: HERE,
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  loader: { ".svg": "copy", ".ttf": "file", ".woff2": "file" },
  metafile: true,
};

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** GraphiQL makes the titles of its icons from the names of their functions, which minifying shortens. */
const iconNames = {
  name: "icon names",
  setup({ onLoad }) {
    onLoad({ filter: /@graphiql.react.dist.icons.[a-z-]+\.js$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { keepNames: true });
      return { contents: code };
    });
  },
};

/** The files that were made for entry points: `main.js` and `main.css` lead to their hashed names. */
function entryFiles({ outputs }, entryPoints) {
  const files = {};
  for (const [name, source] of Object.entries(entryPoints)) {
    const [path, { cssBundle }] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source));
    for (const file of [path, cssBundle].filter(Boolean)) {
      files[name + extname(file)] = basename(file);
    }
  }
  return files;
}

/** The licence texts of every package of which something is in the bundles. */
async function licences(metafiles) {
  const folders = new Set();
  for (const input of metafiles.flatMap(({ inputs }) => Object.keys(inputs))) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (match) {
      folders.add(match[0]);
    }
  }
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(HERE, folder, "package.json"), "utf8"));
    const files = (await readdir(join(HERE, folder))).filter((file) => /^licen[cs]e/i.test(file)).sort();
    const bodies = await Promise.all(files.map((file) => readFile(join(HERE, folder, file), "utf8")));
    const text = bodies.join("\n").replaceAll("\r\n", "\n").trim();
    texts.push(`${name} ${version} (${license})\n\n${text}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** The digest of each file, by its name. */
async function digests(folder, names) {
  const pairs = names.map(async (name) => [name, sha256(await readFile(join(folder, name)))]);
  return Object.fromEntries(await Promise.all(pairs));
}

await rm(DIST, { recursive: true, force: true });

const workerEntries = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
};
const workers = await build({
  ...common,
  splitting: true, // the three have much in common
  entryPoints: workerEntries,
});

const pageEntries = { main: "src/main.tsx", icon: "src/icon.svg" };
const page = await build({
  ...common,
  entryPoints: pageEntries,
  plugins: [iconNames],
  define: { WORKER_FILES: JSON.stringify(entryFiles(workers.metafile, workerEntries)) },
  alias: {
    // The same plugin by its old name would be in the bundle twice.
    "prettier/parser-graphql": "prettier/plugins/graphql",
    "prettier/parser-babel": "./src/jsonc.ts",
    "prettier/plugins/estree": "./src/jsonc.ts",
  },
});

await writeFile(join(DIST, "licences.txt"), await licences([workers.metafile, page.metafile]));

const sources = (await readdir(join(HERE, "src"))).map((name) => `src/${name}`);
const manifest = {
  sources: await digests(HERE, [...BUILD_INPUTS, ...sources].sort()),
  entries: entryFiles(page.metafile, pageEntries),
  files: await digests(DIST, (await readdir(DIST)).sort()),
};
await writeFile(join(DIST, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
