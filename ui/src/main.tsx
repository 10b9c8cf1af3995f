import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";
import "./workers";
import { createRoot } from "react-dom/client";
import { Ide } from "./ide";

// Monaco measures the width of a character once, when an editor is made: its font has to be there.
await Promise.allSettled([document.fonts.load('15px "Fira Code"')]);
createRoot(document.getElementById("graphiql")!).render(<Ide />);
