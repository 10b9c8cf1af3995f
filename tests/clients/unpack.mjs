// What Node's own libraries unpack of an answer: node unpack.mjs ADDRESS QUERY
import { request } from "node:http";
import zlib from "node:zlib";

const [address, query] = process.argv.slice(2);
// zstd is there from Node 22 on.
const unpack = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync, zstd: zlib.zstdDecompressSync };

function ask(coding) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "accept-encoding": coding };
    const asked = request(address, { method: "POST", headers }, async (response) => {
      const parts = await response.toArray();
      resolve([response.headers["content-encoding"], Buffer.concat(parts)]);
    });
    asked.on("error", reject);
    asked.end(JSON.stringify({ query }));
  });
}

const answers = {};
for (const coding of Object.keys(unpack).filter((coding) => unpack[coding])) {
  const [told, body] = await ask(coding);
  answers[coding] = told === coding ? JSON.parse(unpack[coding](body)) : told;
}
console.log(JSON.stringify(answers));
process.exit();
