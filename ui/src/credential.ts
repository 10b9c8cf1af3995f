import { useSyncExternalStore } from "react";

/** What tells the server who asks. */
export interface Credential {
  readonly kind: "token" | "key";
  readonly secret: string;
}

// The browser forgets it with the tab, and shows it to no other tab and no other origin.
const KEPT_AS = "loadstone:credential";

const listeners = new Set<() => void>();
let current = kept();

function kept(): Credential | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
    return isCredential(found) ? found : null;
  } catch {
    return null; // whatever is there is not ours
  }
}

function isCredential(found: unknown): found is Credential {
  const { kind, secret } = (found ?? {}) as Partial<Credential>;
  return (kind === "token" || kind === "key") && typeof secret === "string";
}

/** Sends requests with another credential from now on, or with none. */
export function setCredential(credential: Credential | null): void {
  if (credential) {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(credential));
  } else {
    sessionStorage.removeItem(KEPT_AS);
  }
  current = credential;
  for (const listener of listeners) {
    listener();
  }
}

/** What requests are sent with; null for nothing. */
export function useCredential(): Credential | null {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A credential as it was pasted: without line breaks and blanks, and without the scheme before it. */
export function credentialOf(kind: Credential["kind"], pasted: string): Credential | null {
  const secret = pasted.replace(/^\s*(authorization:\s*)?bearer\s+/i, "").replace(/\s+/g, "");
  return secret ? { kind, secret } : null;
}

/** Adds the credential to header fields, unless they have one of their own. */
export function addCredential(headers: Headers, credential: Credential | null): void {
  if (!credential || headers.has("authorization") || headers.has("x-api-key")) {
    return;
  }
  if (credential.kind === "token") {
    headers.set("authorization", `Bearer ${credential.secret}`);
  } else {
    headers.set("x-api-key", credential.secret);
  }
}
