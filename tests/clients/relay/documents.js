// What relay-compiler makes artifacts and persisted documents of; never run.
import { graphql } from "relay-runtime";

graphql`
  query documentsTracksQuery($count: Int!) {
    ...documentsTracks_query @arguments(count: $count)
  }
`;

graphql`
  fragment documentsTracks_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "documentsTracksPaginationQuery") {
    tracks(first: $count, after: $cursor, orderBy: [{ milliseconds: DESC }])
      @connection(key: "documents_tracks", filters: []) {
      totalCount
      edges {
        node {
          id
          name
          album {
            id
            title
          }
        }
      }
    }
  }
`;

graphql`
  query documentsArtistQuery($artistId: Int!) {
    artist(by: { artistId: $artistId }) {
      id
      ...documentsArtist_artist
    }
  }
`;

graphql`
  fragment documentsArtist_artist on Artist
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "documentsArtistRefetchQuery") {
    id
    name
    country
    albums(first: $count, after: $cursor) @connection(key: "documentsArtist_albums") {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`;

graphql`
  mutation documentsUpdateMutation($id: ID!, $country: String) {
    updateArtist(by: { id: $id }, set: { country: $country }) {
      artist {
        id
        country
      }
    }
  }
`;

graphql`
  mutation documentsCreateMutation($input: CreateAlbumInput!, $connections: [ID!]!) {
    createAlbum(input: $input) {
      album @appendNode(connections: $connections, edgeTypeName: "AlbumEdge") {
        id
        title
      }
    }
  }
`;

graphql`
  mutation documentsDeleteMutation($id: ID!, $connections: [ID!]!) {
    deleteAlbum(by: { id: $id }) {
      album {
        id @deleteEdge(connections: $connections)
      }
    }
  }
`;
