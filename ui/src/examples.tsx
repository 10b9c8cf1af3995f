import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { Kind, type OperationDefinitionNode, parse } from "graphql";
import { useEffect, useRef } from "react";
import { openingIsShown } from "./fetcher";
import { type Example, page } from "./page";

/** Returns a function that shows an example in a tab and, when it only reads, runs it. */
function useOpenExample() {
  const { addTab, changeTab, run, setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick("tabs", "queryEditor", "variableEditor"));

  return ({ query, variables }: Example) => {
    if (!queryEditor || !variableEditor) {
      return;
    }
    const open = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? "") === variables);
    if (open >= 0) {
      changeTab(open);
    } else {
      // A tab in which nothing was written yet is as good as a new one.
      if (queryEditor.getValue().trim()) {
        addTab();
      }
      queryEditor.setValue(query);
      variableEditor.setValue(variables);
    }
    // The editor tells the store what it holds only after a pause, too late for the run below.
    const documentAST = parse(query);
    const operations = documentAST.definitions.filter(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const operationName = operations[0]?.name?.value;
    setOperationFacts({ documentAST, operationName, operations });
    updateActiveTabValues({ query, variables, operationName: operationName ?? null });
    if (operations.every(({ operation }) => operation === "query")) {
      run();
    }
  };
}

function Examples() {
  const openExample = useOpenExample();
  const shown = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.query);
  return (
    <section aria-label="Examples" className="loadstone-examples">
      <h2>Examples</h2>
      <ul>
        {page.examples.map((example) => (
          <li key={example.title}>
            <button
              type="button"
              aria-current={example.query === shown}
              onClick={() => openExample(example)}
            >
              {example.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A play mark in a frame, in the line width of the icons beside it. */
function ExamplesIcon() {
  return (
    <svg
      className="loadstone-examples-icon"
      height="1em"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
    >
      <rect x="1.5" y="1.5" width="17" height="17" rx="2" />
      <path d="m7.5 6 6 4-6 4Z" strokeLinejoin="round" />
    </svg>
  );
}

/** The sidebar's list of saved examples. */
export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: "Examples",
  icon: ExamplesIcon,
  content: Examples,
};

/** Runs the first example, once, where the page opens on it unchanged: an answer is there at once. */
export function RunOpeningExample() {
  const { run } = useGraphiQLActions();
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick("queryEditor", "variableEditor", "responseEditor"),
  );
  const done = useRef(false);
  useEffect(() => {
    if (done.current || !queryEditor || !variableEditor || !responseEditor) {
      return;
    }
    done.current = true;
    const isUnchanged = queryEditor.getValue() === page.examples[0]?.query;
    void Promise.resolve(isUnchanged ? run() : undefined).finally(openingIsShown);
  }, [queryEditor, variableEditor, responseEditor, run]);
  return null;
}
