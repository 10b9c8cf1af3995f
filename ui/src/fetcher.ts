import type { Fetcher } from "@graphiql/toolkit";
import { page } from "./page";

const INTROSPECTION_WAITS_MS = 2000;

let release: () => void;
const opened = Promise.race([
  new Promise<void>((resolve) => {
    release = resolve;
  }),
  new Promise((resolve) => setTimeout(resolve, INTROSPECTION_WAITS_MS)),
]);

/** Lets the schema be asked for: the page shows what it opens with. */
export function openingIsShown(): void {
  release();
}

/** Sends one operation; an answer that is no JSON becomes an error that says what came instead. */
export const fetcher: Fetcher = async (operation, options) => {
  if (operation.operationName === "IntrospectionQuery") {
    // A large schema keeps server and browser busy for a while: the first answer goes before it.
    await opened;
  }
  const response = await fetch(page.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...options?.headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 200)}`);
  }
};
