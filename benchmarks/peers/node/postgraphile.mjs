// PostGraphile 5: the amber preset, simplified names, aggregates. HTTP/1.1 on PORT, h2c on PORT_HTTP2.

import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PgAggregatesPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // orders by columns without an index too, as the others do
  pgServices: [
    makePgService({ poolConfig: { max: Number(process.env.POOL_SIZE) }, schemas: ["public"] }),
  ],
  grafserv: { graphiql: false, graphqlOverGET: true, watch: false, websockets: false },
});

const service = instance.createServ(grafserv);
for (const [create, port] of [
  [createServer, process.env.PORT],
  [createHttp2Server, process.env.PORT_HTTP2],
]) {
  const server = create();
  await service.addTo(server);
  server.listen(Number(port), "127.0.0.1");
}
