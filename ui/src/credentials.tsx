import { Button, type GraphiQLPlugin } from "@graphiql/react";
import { type FormEvent, useId, useState } from "react";
import { type Credential, credentialOf, setCredential, useCredential } from "./credential";

const KINDS: Record<Credential["kind"], string> = { token: "Bearer token", key: "API key" };
const SENT: Record<Credential["kind"], string> = { token: "this bearer token", key: "this API key" };

function Credentials() {
  const credential = useCredential();
  const [kind, setKind] = useState(credential?.kind ?? "token");
  const [pasted, setPasted] = useState(credential?.secret ?? "");
  const id = useId();

  const use = (event: FormEvent) => {
    event.preventDefault();
    const next = credentialOf(kind, pasted);
    setCredential(next);
    setPasted(next?.secret ?? "");
  };
  const forget = () => {
    setCredential(null);
    setPasted("");
  };

  return (
    <section aria-label="Credentials" className="loadstone-credentials">
      <h2>Credentials</h2>
      <form onSubmit={use} autoComplete="off">
        <fieldset>
          <legend>Kind</legend>
          {Object.entries(KINDS).map(([value, name]) => (
            <label key={value}>
              <input
                type="radio"
                name={id}
                checked={kind === value}
                onChange={() => setKind(value as Credential["kind"])}
              />
              {name}
            </label>
          ))}
        </fieldset>
        <label htmlFor={id}>{KINDS[kind]}</label>
        <input
          id={id}
          type="text"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
        <div className="loadstone-credentials-buttons">
          <Button type="submit">Use</Button>
          <Button type="button" onClick={forget} disabled={!credential && !pasted}>
            Forget
          </Button>
        </div>
      </form>
      <p role="status">
        Requests are sent {credential ? `with ${SENT[credential.kind]}` : "without credentials"}.
      </p>
      <p id={`${id}-hint`}>
        It is kept until this browser tab is closed. A header field Authorization or X-API-Key in the Headers
        editor goes before it.
      </p>
    </section>
  );
}

/** A key, in the line width of the icons beside it. */
function KeyIcon() {
  return (
    <svg
      className="loadstone-credentials-icon"
      height="1em"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinejoin="round"
      strokeLinecap="round"
    >
      <circle cx="6.5" cy="13.5" r="4.5" />
      <path d="m9.75 10.25 8-8M14 6l3 3M11.5 8.5l2 2" />
    </svg>
  );
}

/** The sidebar's place for what tells the server who asks. */
export const CREDENTIALS_PLUGIN: GraphiQLPlugin = {
  title: "Credentials",
  icon: KeyIcon,
  content: Credentials,
};
