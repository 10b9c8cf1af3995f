// The public audits of GraphQL over HTTP, all of them: node audits.mjs ADDRESS
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
const results = await Promise.all(serverAudits({ url }).map((audit) => audit.fn()));
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? "" }));
console.log(JSON.stringify(told));
