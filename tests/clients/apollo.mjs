// Apollo Client: automatic persisted queries, GET, batches, its normalised cache: node apollo.mjs ADDRESS
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { HttpLink } from "@apollo/client/link/http";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { print } from "graphql";
import { assertEachOnce, notedFetch, run } from "./checks.mjs";

const [uri] = process.argv.slice(2);
const OWN = `Own${process.pid}`; // a name that makes documents ones that the server has not seen
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const TRACKS = gql`
  query Tracks($first: Int!, $after: String) {
    tracks(first: $first, after: $after, orderBy: [{ name: ASC }]) {
      totalCount
      edges {
        cursor
        node {
          id
          name
          album {
            id
            title
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const ARTIST = gql`
  query Artist($artistId: Int!) {
    artist(by: { artistId: $artistId }) {
      id
      artistId
      name
      country
    }
  }
`;
const NODE = gql`
  query Node($id: ID!) {
    node(id: $id) {
      id
      ... on Artist {
        name
        country
      }
    }
  }
`;
const UPDATE = gql`
  mutation Update($id: ID!, $country: String) {
    updateArtist(by: { id: $id }, set: { country: $country }) {
      artist {
        id
        country
      }
      affectedCount
    }
  }
`;
const CREATE = gql`
  mutation Create($input: CreateArtistInput!) {
    createArtist(input: $input) {
      artist {
        id
        name
      }
    }
  }
`;
const DELETE = gql`
  mutation Delete($id: ID!) {
    deleteArtist(by: { id: $id }) {
      artist {
        id
      }
    }
  }
`;
const ARTISTS = gql`
  query Artists {
    artists {
      nodes {
        id
        name
      }
    }
  }
`;

function client(link = new HttpLink({ uri })) {
  const typePolicies = { Query: { fields: { tracks: relayStylePagination() } } };
  return new ApolloClient({ link, cache: new InMemoryCache({ typePolicies }), clientAwareness: { name: "tests", version: "1" } });
}

function persistedClient(options = {}) {
  const noted = notedFetch();
  const persisted = createPersistedQueryLink({ sha256, useGETForHashedQueries: true, ...options });
  return { ...noted, client: client(persisted.concat(new HttpLink({ uri, fetch: noted.fetch }))) };
}

async function codes(work) {
  const error = await work.then(() => assert.fail("no error"), (error) => error);
  assert.ok(CombinedGraphQLErrors.is(error), error.stack);
  return error.errors.map(({ extensions }) => extensions.code);
}

await run({
  "an automatic persisted query is sent once, and by GET from then on": async () => {
    const query = gql`query ${OWN} { artist(by: { artistId: 3 }) { id name country } }`;
    const first = persistedClient();
    const { data } = await first.client.query({ query });
    assert.deepEqual([data.artist.name, data.artist.country], ["Björk", "Iceland"]);
    assert.deepEqual(first.sent.map(({ method, status }) => [method, status]), [["GET", 200], ["POST", 200]]);
    assert.equal("query" in first.sent[0].body, false);
    assert.match(first.sent[1].body.query, /artist/);
    const second = persistedClient();
    assert.deepEqual((await second.client.query({ query })).data, data);
    assert.deepEqual(second.sent.map(({ method, body }) => [method, "query" in body]), [["GET", false]]);
  },
  "variables go with a persisted query's address": async () => {
    for (const artistId of [1, 2]) {
      const { client, sent } = persistedClient();
      const { data } = await client.query({ query: ARTIST, variables: { artistId } });
      assert.equal(data.artist.artistId, artistId);
      assert.deepEqual(JSON.parse(sent.at(0).body.variables), { artistId });
    }
  },
  "mutations are persisted too, by POST": async () => {
    const { client, sent } = persistedClient();
    const mutation = gql(print(UPDATE).replace("Update", OWN));
    const { data } = await client.query({ query: ARTIST, variables: { artistId: 4 } });
    const variables = { id: data.artist.id, country: "West Germany" };
    const changed = await client.mutate({ mutation, variables });
    assert.equal(changed.data.updateArtist.affectedCount, 1);
    await client.mutate({ mutation, variables: { ...variables, country: "Germany" } });
    const mutations = sent.filter(({ body }) => body.operationName === OWN);
    assert.deepEqual(mutations.map(({ method, body }) => [method, "query" in body]), [
      ["POST", false], ["POST", true], ["POST", false],
    ]);
  },
  "plain queries by GET": async () => {
    const noted = notedFetch();
    const apollo = client(new HttpLink({ uri, fetch: noted.fetch, useGETForQueries: true }));
    const { data } = await apollo.query({ query: ARTIST, variables: { artistId: 2 } });
    assert.equal(data.artist.name, "Accept");
    assert.equal(noted.sent[0].method, "GET");
  },
  "a batch is one request": async () => {
    const noted = notedFetch();
    const apollo = client(new BatchHttpLink({ uri, fetch: noted.fetch, batchMax: 5, batchInterval: 20 }));
    const ids = [1, 2, 3, 4];
    const answers = await Promise.all(ids.map((artistId) => apollo.query({ query: ARTIST, variables: { artistId } })));
    assert.deepEqual(answers.map(({ data }) => data.artist.artistId), ids);
    assert.deepEqual(noted.sent.map(({ body }) => body.length), [4]);
  },
  "an operation of a batch has its errors for itself": async () => {
    const apollo = client(new BatchHttpLink({ uri, batchMax: 5, batchInterval: 20 }));
    const [good, bad] = await Promise.allSettled([
      apollo.query({ query: ARTIST, variables: { artistId: 1 } }),
      apollo.query({ query: gql`query Wrong { nothing }` }),
    ]);
    assert.equal(good.value.data.artist.name, "AC/DC");
    assert.equal(bad.reason.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  "a batch that is too long is refused": async () => {
    const noted = notedFetch();
    const apollo = client(new BatchHttpLink({ uri, fetch: noted.fetch, batchMax: 6, batchInterval: 20 }));
    const asked = [1, 2, 3, 4, 5, 6].map((artistId) => apollo.query({ query: ARTIST, variables: { artistId } }));
    const answers = await Promise.allSettled(asked);
    assert.deepEqual(noted.sent.map(({ status }) => status), [400]);
    // One error for all: Apollo's link looks for as many results as it has operations.
    for (const { reason } of answers) assert.equal(reason.result[0].errors[0].extensions.code, "BAD_REQUEST");
  },
  "pages add up to every row once": async () => {
    const apollo = client();
    let { data } = await apollo.query({ query: TRACKS, variables: { first: 17 } });
    const watched = apollo.watchQuery({ query: TRACKS, variables: { first: 17 }, fetchPolicy: "cache-first" });
    const watching = watched.subscribe(() => {});
    let pages = 1;
    while (data.tracks.pageInfo.hasNextPage) {
      await watched.fetchMore({ variables: { after: data.tracks.pageInfo.endCursor } });
      data = apollo.readQuery({ query: TRACKS, variables: { first: 17 } });
      pages += 1;
    }
    watching.unsubscribe();
    const { totalCount, edges } = data.tracks;
    assert.equal(pages, Math.ceil(totalCount / 17));
    assertEachOnce(edges.map(({ node }) => node.id), totalCount);
    assert.ok(totalCount > 100);
  },
  "rows are kept once, by their global ids": async () => {
    const apollo = client();
    const { data } = await apollo.query({ query: ARTIST, variables: { artistId: 3 } });
    const again = await apollo.query({ query: NODE, variables: { id: data.artist.id }, fetchPolicy: "network-only" });
    assert.equal(again.data.node.__typename, "Artist");
    const kept = Object.keys(apollo.cache.extract()).filter((key) => key.startsWith("Artist:"));
    assert.deepEqual(kept, [`Artist:${data.artist.id}`]);
    assert.deepEqual(apollo.cache.extract()[kept[0]].name, "Björk");
  },
  "a mutation's answer updates whoever shows the row": async () => {
    const apollo = client();
    const { data } = await apollo.query({ query: ARTIST, variables: { artistId: 5 } });
    const seen = [];
    const watching = apollo
      .watchQuery({ query: ARTIST, variables: { artistId: 5 } })
      .subscribe(({ data }) => seen.push(data?.artist?.country));
    await apollo.mutate({ mutation: UPDATE, variables: { id: data.artist.id, country: "Nowhere" } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    watching.unsubscribe();
    assert.equal(seen.at(-1), "Nowhere");
    await apollo.mutate({ mutation: UPDATE, variables: { id: data.artist.id, country: null } });
  },
  "rows come to lists and leave them": async () => {
    const apollo = client();
    const names = () => apollo.readQuery({ query: ARTISTS }).artists.nodes.map(({ name }) => name);
    await apollo.query({ query: ARTISTS });
    const before = names();
    const created = await apollo.mutate({
      mutation: CREATE,
      variables: { input: { artistId: 1001, name: "Apollo" } },
      update: (cache, { data }) =>
        cache.updateQuery({ query: ARTISTS }, ({ artists }) => ({
          artists: { ...artists, nodes: [...artists.nodes, data.createArtist.artist] },
        })),
    });
    assert.deepEqual(names(), [...before, "Apollo"]);
    const { artist } = created.data.createArtist;
    await apollo.mutate({
      mutation: DELETE,
      variables: { id: artist.id },
      update: (cache) => cache.evict({ id: cache.identify(artist) }),
    });
    assert.deepEqual(names(), before);
    const { data } = await apollo.query({ query: ARTISTS, fetchPolicy: "network-only" });
    assert.deepEqual(data.artists.nodes.map(({ name }) => name), before);
  },
  "errors have their codes": async () => {
    const apollo = client();
    const taken = { input: { artistId: 1, name: "AC/DC" } };
    assert.deepEqual(await codes(apollo.mutate({ mutation: CREATE, variables: taken })), ["CONSTRAINT_VIOLATION"]);
    const query = gql`query Wrong { artists { nothing } }`;
    assert.deepEqual(await codes(apollo.query({ query })), ["GRAPHQL_VALIDATION_FAILED"]);
    const variables = { artistId: "one" };
    assert.deepEqual(await codes(apollo.query({ query: ARTIST, variables })), ["BAD_USER_INPUT"]);
    assert.deepEqual(await codes(persistedClient().client.query({ query })), ["GRAPHQL_VALIDATION_FAILED"]);
  },
  "answers come compressed": async () => {
    const noted = notedFetch();
    const apollo = client(new HttpLink({ uri, fetch: noted.fetch }));
    const { data } = await apollo.query({ query: TRACKS, variables: { first: 100 } });
    assert.equal(data.tracks.edges.length, 100);
    assert.match(noted.sent[0].coding, /^(br|gzip|zstd)$/);
  },
});
