import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect } from "react";
import { EXAMPLES_PLUGIN, RunOpeningExample } from "./examples";
import { fetcher } from "./fetcher";
import { page } from "./page";

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
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

const opening = page.examples[0];
const opensOnExample = opening !== undefined && isNewHere(opening.query);

export function Ide() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      visiblePlugin={opensOnExample ? EXAMPLES_PLUGIN : undefined}
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
    </GraphiQL>
  );
}
