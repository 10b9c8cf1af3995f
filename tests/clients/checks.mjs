// What the scripts of clients have in common: named checks, and a fetch that notes what was sent.
import assert from "node:assert/strict";

/**
 * Runs checks one after the other, and prints [{name, problem}]; a problem is empty where there is none.
 * @param {Record<string, () => Promise<void>>} checks
 */
export async function run(checks) {
  const told = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      told.push({ name, problem: "" });
    } catch (error) {
      told.push({ name, problem: error.stack ?? String(error) });
    }
  }
  console.log(JSON.stringify(told));
  process.exit(); // connections that are kept alive would be waited for
}

/** A fetch function, and the requests that it sent: method, URL, parsed body, header fields, status. */
export function notedFetch() {
  const sent = [];
  const noted = async (address, options) => {
    const url = new URL(address);
    const method = options.method ?? "GET";
    const body = method === "POST" ? JSON.parse(options.body) : Object.fromEntries(url.searchParams);
    const response = await fetch(address, options);
    sent.push({ method, url, body, status: response.status, coding: response.headers.get("content-encoding") });
    return response;
  };
  return { fetch: noted, sent };
}

/** Every value once, and so many of them. */
export function assertEachOnce(values, count) {
  assert.equal(values.length, count);
  assert.equal(new Set(values).size, count);
}
