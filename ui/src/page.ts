/** A saved operation: what the panel lists, and what a tab opens with. */
export interface Example {
  readonly title: string;
  readonly query: string;
  /** JSON text, or empty. */
  readonly variables: string;
}

/** What the server wrote into the page. */
export interface Page {
  /** Where operations are sent, relative to the page. */
  readonly endpoint: string;
  /** The first one opens the page. */
  readonly examples: readonly Example[];
}

export const page = JSON.parse(document.getElementById("page")!.textContent!) as Page;
