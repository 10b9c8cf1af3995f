import type { Fetcher } from "@graphiql/toolkit";
import { addCredential, type Credential } from "./credential";
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

/**
 * Makes what sends one operation with a credential; an answer that is no JSON becomes an error that says what came
 * instead.
 */
export const fetcherWith = (credential: Credential | null): Fetcher => async (operation, options) => {
  if (operation.operationName === "IntrospectionQuery") {
    // A large schema keeps server and browser busy for a while: the first answer goes before it.
    await opened;
  }
  const headers = new Headers(options?.headers);
  headers.set("content-type", "application/json");
  if (!headers.has("accept")) {
    headers.set("accept", "application/graphql-response+json, application/json;q=0.9");
  }
  addCredential(headers, credential);
  const response = await fetch(page.endpoint, {
    method: "POST",
    headers,
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 200)}`);
  }
};
