import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useRef } from "react";
import { useCredential } from "./credential";
import { CREDENTIALS_PLUGIN } from "./credentials";
import { EXAMPLES_PLUGIN, RunOpeningExample } from "./examples";
import { fetcherWith } from "./fetcher";
import { page } from "./page";

// Where the page has no examples, callers have to say who they are.
const HAS_EXAMPLES = page.examples.length > 0;
const PLUGINS = HAS_EXAMPLES
  ? [EXAMPLES_PLUGIN, CREDENTIALS_PLUGIN, HISTORY_PLUGIN]
  : [CREDENTIALS_PLUGIN, HISTORY_PLUGIN];
const OPENED_WITH = "loadstone:opened-with";

/**
 * Tabs live on from visit to visit. Where the first example is new to this browser (the first visit,
 * or another database at the same address), the page opens on it, in a tab beside those.
 */
function isNewHere(query: string): boolean {
  const isNew = localStorage.getItem(OPENED_WITH) !== query;
  localStorage.setItem(OPENED_WITH, query);
  return isNew;
}

/** Monaco reads the system's colour scheme once; the page around it follows each change. */
function FollowSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme) {
      return;
    }
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}

/** What one caller was answered is not for the next, and what was wrong with a token is past. */
function ClearAnswer() {
  const credential = useCredential();
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const before = useRef(credential);
  useEffect(() => {
    if (before.current !== credential) {
      before.current = credential;
      responseEditor?.setValue("");
    }
  }, [credential, responseEditor]);
  return null;
}

const opening = page.examples[0];
const opensOnExample = opening !== undefined && isNewHere(opening.query);

const FIRST_PLUGIN = HAS_EXAMPLES ? (opensOnExample ? EXAMPLES_PLUGIN : undefined) : CREDENTIALS_PLUGIN;

export function Ide() {
  const credential = useCredential();
  // With another one, GraphiQL lets go of the schema and asks for it again: it is that of the caller's role.
  const fetcher = useMemo(() => fetcherWith(credential), [credential]);
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      visiblePlugin={FIRST_PLUGIN}
      initialQuery={opensOnExample ? opening.query : undefined}
      initialVariables={opensOnExample ? opening.variables : undefined}
      defaultQuery={opening?.query ?? ""}
      defaultEditorToolsVisibility={true}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <span className="loadstone-logo">Loadstone</span>
      </GraphiQL.Logo>
      <RunOpeningExample />
      <FollowSystemTheme />
      <ClearAnswer />
    </GraphiQL>
  );
}
