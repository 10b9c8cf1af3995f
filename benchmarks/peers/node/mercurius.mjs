// Mercurius with JIT and loaders, written by hand on fastify and pg. HTTP/1.1 on PORT, h2c on PORT_HTTP2.

import fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const schema = `
  type Artist {
    artistId: Int!
    name: String
    albums(first: Int!): [Album!]!
  }
  type Album {
    albumId: Int!
    title: String!
    tracks(first: Int!): [Track!]!
  }
  type Genre {
    genreId: Int!
    name: String
  }
  type MediaType {
    mediaTypeId: Int!
    name: String
  }
  type Track {
    trackId: Int!
    name: String!
    albumId: Int
    mediaTypeId: Int!
    genreId: Int
    composer: String
    milliseconds: Int!
    bytes: Int
    unitPrice: String!
    album: Album
    genre: Genre
    mediaType: MediaType!
  }
  enum TrackOrder {
    TRACK_ID
    NAME
  }
  type TrackPage {
    totalCount: Int!
    nodes: [Track!]!
  }
  type TrackStatistics {
    mediaTypeId: Int!
    milliseconds: Float!
    averagePrice: String!
    largest: Int
  }
  type Query {
    track(trackId: Int!): Track
    tracks(first: Int!, offset: Int = 0): [Track!]!
    tracksOfGenre(genreId: Int!, first: Int!, orderBy: TrackOrder = TRACK_ID): TrackPage!
    statisticsOfGenre(genreId: Int!): [TrackStatistics!]!
    artists(first: Int!, offset: Int = 0): [Artist!]!
  }
`;

const ARTIST = 'artist_id AS "artistId", name';
const ALBUM = 'album_id AS "albumId", title, artist_id AS "artistId"';
const TRACK =
  'track_id AS "trackId", name, album_id AS "albumId", media_type_id AS "mediaTypeId", genre_id AS "genreId",' +
  ' composer, milliseconds, bytes, unit_price AS "unitPrice"';
const ORDER = { TRACK_ID: "track_id", NAME: "name, track_id" };

const pool = new pg.Pool({ max: Number(process.env.POOL_SIZE) });

// Statements with a name are prepared once on each connection.
const names = new Map();
async function rows(text, ...values) {
  if (!names.has(text)) {
    names.set(text, `statement_${names.size}`);
  }
  return (await pool.query({ name: names.get(text), text, values })).rows;
}

const resolvers = {
  Query: {
    track: async (_, { trackId }) =>
      (await rows(`SELECT ${TRACK} FROM track WHERE track_id = $1`, trackId))[0],
    tracks: (_, { first, offset }) =>
      rows(`SELECT ${TRACK} FROM track ORDER BY track_id LIMIT $1 OFFSET $2`, first, offset),
    tracksOfGenre: (_, page) => page,
    statisticsOfGenre: (_, { genreId }) =>
      rows(
        'SELECT media_type_id AS "mediaTypeId", sum(milliseconds) AS milliseconds,' +
          ' avg(unit_price) AS "averagePrice", max(bytes) AS largest' +
          " FROM track WHERE genre_id = $1 GROUP BY media_type_id",
        genreId,
      ),
    artists: (_, { first, offset }) =>
      rows(`SELECT ${ARTIST} FROM artist ORDER BY artist_id LIMIT $1 OFFSET $2`, first, offset),
  },
  TrackPage: {
    totalCount: async ({ genreId }) =>
      (await rows("SELECT count(*)::int AS count FROM track WHERE genre_id = $1", genreId))[0].count,
    nodes: ({ genreId, first, orderBy }) =>
      rows(
        `SELECT ${TRACK} FROM track WHERE genre_id = $1 ORDER BY ${ORDER[orderBy]} LIMIT $2`,
        genreId,
        first,
      ),
  },
};

// The row that each object refers to.
function toOne(table, columns, column, field) {
  const text = `SELECT ${columns} FROM ${table} WHERE ${column} = ANY($1)`;
  return async (queries) => {
    const keys = new Set(queries.map(({ obj }) => obj[field]));
    const found = new Map((await rows(text, [...keys])).map((row) => [row[field], row]));
    return queries.map(({ obj }) => found.get(obj[field]) ?? null);
  };
}

// The first rows that refer to each object.
function toMany(table, columns, column, field, order) {
  const text =
    `SELECT page.* FROM unnest($1::int[]) AS key, LATERAL (` +
    `SELECT ${columns} FROM ${table} WHERE ${column} = key ORDER BY ${order} LIMIT $2) AS page`;
  return async (queries) => {
    const found = new Map();
    for (const [first, asked] of Map.groupBy(queries, ({ params }) => params.first)) {
      const keys = asked.map(({ obj }) => obj[field]);
      const pages = new Map(keys.map((key) => [key, []]));
      for (const row of await rows(text, keys, first)) {
        pages.get(row[field]).push(row);
      }
      found.set(first, pages);
    }
    return queries.map(({ obj, params }) => found.get(params.first).get(obj[field]));
  };
}

const loaders = {
  Artist: { albums: toMany("album", ALBUM, "artist_id", "artistId", "album_id") },
  Album: { tracks: toMany("track", TRACK, "album_id", "albumId", "track_id") },
  Track: {
    album: toOne("album", ALBUM, "album_id", "albumId"),
    genre: toOne("genre", 'genre_id AS "genreId", name', "genre_id", "genreId"),
    mediaType: toOne("media_type", 'media_type_id AS "mediaTypeId", name', "media_type_id", "mediaTypeId"),
  },
};

for (const [options, port] of [
  [{}, process.env.PORT],
  [{ http2: true }, process.env.PORT_HTTP2],
]) {
  const app = fastify(options);
  app.register(mercurius, { schema, resolvers, loaders, jit: 1 });
  await app.listen({ port: Number(port), host: "127.0.0.1" });
}
