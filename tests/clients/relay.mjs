// Relay with documents that the server knows by their ids alone: node relay.mjs ADDRESS ARTIFACTS
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import relay from "relay-runtime";
import { assertEachOnce, notedFetch, run } from "./checks.mjs";

const { ConnectionHandler, Environment, Network, RecordSource, Store, commitMutation } = relay;
const { createOperationDescriptor, getPaginationMetadata, getPaginationVariables, getRefetchMetadata, getSelector } =
  relay;

const [address, artifacts] = process.argv.slice(2);
const require = createRequire(`${artifacts}/`);
const load = (name) => require(`./documents${name}.graphql.js`);

/** An environment of its own, and the requests that it has sent. */
function opened() {
  const { fetch, sent } = notedFetch();
  const network = Network.create(async ({ id }, variables) => {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
      body: JSON.stringify({ documentId: id, variables }),
    });
    return response.json();
  });
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), sent };
}

/** Fetches a query and keeps its rows; gives its data, in which fragments are references. */
async function fetched(environment, request, variables) {
  const operation = createOperationDescriptor(request, variables, { force: true });
  environment.retain(operation);
  await environment.execute({ operation }).toPromise();
  return environment.lookup(operation.fragment).data;
}

/** What a fragment has of the data of its query. */
function read(environment, fragment, reference) {
  const { data, isMissingData } = environment.lookup(getSelector(fragment, reference));
  assert.equal(isMissingData, false);
  return data;
}

/** Loads the next page of a fragment with a connection, as usePaginationFragment does. */
async function loadNext(environment, fragment, reference, count) {
  const { identifierField, paginationMetadata, paginationRequest, connectionPathInFragmentData } =
    getPaginationMetadata(fragment, "test");
  const data = read(environment, fragment, reference);
  const connection = connectionPathInFragmentData.reduce((value, key) => value[key], data);
  const { variables } = getSelector(fragment, reference);
  const { endCursor } = connection.pageInfo;
  const next = getPaginationVariables("forward", count, endCursor, variables, {}, paginationMetadata);
  if (identifierField != null) next.id = data[identifierField];
  await fetched(environment, paginationRequest, next);
  return read(environment, fragment, reference);
}

function mutated(environment, mutation, variables) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation,
      variables,
      onCompleted: (data, errors) => resolve({ data, errors }),
      onError: reject,
    });
  });
}

async function artist(environment, artistId) {
  const data = await fetched(environment, load("ArtistQuery"), { artistId });
  return data.artist;
}

const ARTIST = load("Artist_artist");
const TRACKS = load("Tracks_query");
const titles = (data) => data.albums.edges.map(({ node }) => node.title);

await run({
  "documents are named by their ids alone": async () => {
    const { environment, sent } = opened();
    const reference = await artist(environment, 3);
    assert.equal(read(environment, ARTIST, reference).name, "Björk");
    assert.deepEqual(sent.map(({ status, body }) => [status, Object.keys(body)]), [[200, ["documentId", "variables"]]]);
    assert.match(sent[0].body.documentId, /^[0-9a-f]{64}$/);
  },
  "a connection's pages add up to every row once": async () => {
    const { environment, sent } = opened();
    const reference = await fetched(environment, load("TracksQuery"), { count: 13 });
    let data = read(environment, TRACKS, reference);
    const { totalCount } = data.tracks;
    while (data.tracks.pageInfo.hasNextPage) data = await loadNext(environment, TRACKS, reference, 13);
    assertEachOnce(data.tracks.edges.map(({ node }) => node.id), totalCount);
    assert.ok(totalCount > 100);
    assert.equal(sent.length, Math.ceil(totalCount / 13));
    const pagination = load("TracksPaginationQuery").params.id;
    assert.deepEqual([...new Set(sent.slice(1).map(({ body }) => body.documentId))], [pagination]);
  },
  "a connection of a row goes on from that row's id": async () => {
    const { environment, sent } = opened();
    const reference = await artist(environment, 1);
    let data = read(environment, ARTIST, reference);
    assert.equal(data.albums.edges.length, 2);
    while (data.albums.pageInfo.hasNextPage) data = await loadNext(environment, ARTIST, reference, 2);
    assertEachOnce(titles(data), 7);
    assert.equal(sent.at(-1).body.variables.id, data.id);
  },
  "a row is fetched again by its global id": async () => {
    const [here, elsewhere] = [opened().environment, opened().environment];
    const reference = await artist(here, 4);
    const { id } = read(here, ARTIST, reference);
    await mutated(elsewhere, load("UpdateMutation"), { id, country: "West Germany" });
    assert.equal(read(here, ARTIST, reference).country, "Germany");
    const { refetchableRequest } = getRefetchMetadata(ARTIST, "test");
    const { node } = await fetched(here, refetchableRequest, { id, count: 2 });
    assert.equal(read(here, ARTIST, node).country, "West Germany");
    assert.equal(read(here, ARTIST, reference).country, "West Germany"); // the same record
    await mutated(elsewhere, load("UpdateMutation"), { id, country: "Germany" });
  },
  "records are kept by global ids": async () => {
    const { environment } = opened();
    const { id } = await artist(environment, 2);
    const source = environment.getStore().getSource();
    assert.equal(source.get(id).__typename, "Artist");
    const ids = source.getRecordIDs().filter((key) => source.get(key)?.__typename === "Artist");
    assert.deepEqual(ids, [id]);
  },
  "a mutation's answer updates the record": async () => {
    const { environment } = opened();
    const reference = await artist(environment, 5);
    const { id } = read(environment, ARTIST, reference);
    const seen = [];
    const snapshot = environment.lookup(getSelector(ARTIST, reference));
    const watching = environment.subscribe(snapshot, ({ data }) => seen.push(data.country));
    await mutated(environment, load("UpdateMutation"), { id, country: "Nowhere" });
    await mutated(environment, load("UpdateMutation"), { id, country: null });
    watching.dispose();
    assert.deepEqual(seen, ["Nowhere", null]);
  },
  "rows come to connections and leave them": async () => {
    const { environment } = opened();
    const reference = await artist(environment, 3);
    const { id } = read(environment, ARTIST, reference);
    const before = titles(read(environment, ARTIST, reference));
    const connections = [ConnectionHandler.getConnectionID(id, "documentsArtist_albums")];
    const input = { albumId: 2001, artistId: 3, title: "Relay" };
    const { data } = await mutated(environment, load("CreateMutation"), { input, connections });
    assert.deepEqual(titles(read(environment, ARTIST, reference)), [...before, "Relay"]);
    await mutated(environment, load("DeleteMutation"), { id: data.createAlbum.album.id, connections });
    assert.deepEqual(titles(read(environment, ARTIST, reference)), before);
    assert.deepEqual(titles(read(environment, ARTIST, await artist(environment, 3))), before);
  },
  "errors have their codes": async () => {
    const { environment, sent } = opened();
    const variables = { input: { albumId: 1, artistId: 1, title: "taken" }, connections: [] };
    const problem = await mutated(environment, load("CreateMutation"), variables).then(
      ({ errors }) => ({ source: { errors } }),
      (error) => error,
    );
    const [{ extensions }] = problem.source.errors;
    assert.deepEqual([extensions.code, extensions.kind], ["CONSTRAINT_VIOLATION", "unique"]);
    assert.equal(sent.length, 1);
  },
  "what is not in the manifest is refused": async () => {
    const asked = { documentId: "0".repeat(64), query: "{ __typename }" };
    const codes = [];
    for (const key of Object.keys(asked)) {
      const body = JSON.stringify({ [key]: asked[key] });
      const response = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body });
      codes.push((await response.json()).errors[0].extensions.code);
    }
    assert.deepEqual(codes, ["PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_ID_REQUIRED"]);
  },
});
