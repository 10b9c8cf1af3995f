// urql: persisted queries by GET, its document cache and its normalised one: node urql.mjs ADDRESS
import assert from "node:assert/strict";
import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";
import { cacheExchange as graphcache } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { assertEachOnce, notedFetch, run } from "./checks.mjs";

const [url] = process.argv.slice(2);
const OWN = `Urql${process.pid}`; // a name that makes documents ones that the server has not seen

const ARTIST = gql`
  query UrqlArtist($artistId: Int!) {
    artist(by: { artistId: $artistId }) {
      id
      name
      country
    }
  }
`;
const NODES = gql`
  query UrqlNodes($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Artist {
        name
        country
      }
    }
  }
`;
const TRACKS = gql`
  query UrqlTracks($first: Int!, $after: String) {
    tracks(first: $first, after: $after, orderBy: [{ unitPrice: ASC }, { name: DESC }]) {
      totalCount
      edges {
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const UPDATE = gql`
  mutation UrqlUpdate($id: ID!, $country: String) {
    updateArtist(by: { id: $id }, set: { country: $country }) {
      artist {
        id
        country
      }
      affectedCount
    }
  }
`;

function opened(...exchanges) {
  const { fetch, sent } = notedFetch();
  return { client: new Client({ url, fetch, exchanges: [...exchanges, fetchExchange], preferGetMethod: false }), sent };
}

function normalised() {
  return opened(graphcache({ resolvers: { Query: { tracks: relayPagination() } } }));
}

async function data(result) {
  const { data, error } = await result;
  assert.equal(error, undefined);
  return data;
}

async function codes(result) {
  const { error } = await result;
  return error.graphQLErrors.map(({ extensions }) => extensions.code);
}

await run({
  "persisted queries are registered once, and then read by GET": async () => {
    const query = gql(`query ${OWN} { artist(by: { artistId: 3 }) { id name } }`);
    const seen = [];
    for (let round = 0; round < 2; round += 1) {
      const { client, sent } = opened(persistedExchange({ preferGetForPersistedQueries: true }));
      assert.equal((await data(client.query(query, {}))).artist.name, "Björk");
      seen.push(sent.map(({ method, body }) => [method, "query" in body]));
    }
    const [first, second] = seen;
    assert.deepEqual(first[0], ["GET", false]);
    assert.equal(first.length, 2);
    assert.equal(first[1][1], true);
    assert.deepEqual(second, [["GET", false]]);
  },
  "plain queries by POST and by GET": async () => {
    const { client, sent } = opened();
    for (const preferGetMethod of [false, "force"]) {
      const answer = await data(client.query(ARTIST, { artistId: 2 }, { preferGetMethod }));
      assert.equal(answer.artist.name, "Accept");
    }
    assert.deepEqual(sent.map(({ method }) => method), ["POST", "GET"]);
  },
  "the document cache asks once, and again after a mutation of the type": async () => {
    const { client, sent } = opened(cacheExchange);
    const ask = () => data(client.query(ARTIST, { artistId: 4 }));
    const { artist } = await ask();
    await ask();
    assert.equal(sent.length, 1);
    const changed = await data(client.mutation(UPDATE, { id: artist.id, country: "West Germany" }));
    assert.equal(changed.updateArtist.affectedCount, 1);
    assert.equal((await ask()).artist.country, "West Germany");
    assert.equal(sent.length, 3);
    await data(client.mutation(UPDATE, { id: artist.id, country: artist.country }));
  },
  "the normalised cache knows rows by their global ids": async () => {
    const { client, sent } = normalised();
    const { artist } = await data(client.query(ARTIST, { artistId: 5 }));
    await data(client.query(NODES, { ids: [artist.id] }));
    const watched = [];
    const { unsubscribe } = client.query(ARTIST, { artistId: 5 }).subscribe((result) => {
      watched.push(result.data?.artist.country);
    });
    const asked = sent.length;
    await data(client.mutation(UPDATE, { id: artist.id, country: "Nowhere" }));
    assert.equal(watched.at(-1), "Nowhere");
    const { nodes } = await data(client.query(NODES, { ids: [artist.id] }));
    assert.equal(nodes[0].country, "Nowhere");
    assert.equal(sent.length, asked + 1); // the mutation: all else was known
    unsubscribe();
    await data(client.mutation(UPDATE, { id: artist.id, country: null }));
  },
  "pages add up to every row once": async () => {
    const { client, sent } = normalised();
    let answer = await data(client.query(TRACKS, { first: 19 }));
    const { totalCount } = answer.tracks;
    while (answer.tracks.pageInfo.hasNextPage) {
      answer = await data(client.query(TRACKS, { first: 19, after: answer.tracks.pageInfo.endCursor }));
    }
    assertEachOnce(answer.tracks.edges.map(({ node }) => node.id), totalCount);
    assert.ok(totalCount > 100);
    assert.equal(sent.length, Math.ceil(totalCount / 19));
  },
  "errors have their codes": async () => {
    const { client } = opened();
    assert.deepEqual(await codes(client.query(ARTIST, { artistId: "one" })), ["BAD_USER_INPUT"]);
    const wrong = gql`query UrqlWrong { artists { nothing } }`;
    assert.deepEqual(await codes(client.query(wrong, {})), ["GRAPHQL_VALIDATION_FAILED"]);
    const taken = gql`mutation UrqlTaken { createArtist(input: { artistId: 1, name: "AC/DC" }) { affectedCount } }`;
    assert.deepEqual(await codes(client.mutation(taken, {})), ["CONSTRAINT_VIOLATION"]);
    const { client: persisted } = opened(persistedExchange({ preferGetForPersistedQueries: true }));
    assert.deepEqual(await codes(persisted.query(wrong, {})), ["GRAPHQL_VALIDATION_FAILED"]);
  },
});
