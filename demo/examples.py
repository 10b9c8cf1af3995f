"""Saved operations for the demo data: what GraphiQL opens on, and what it offers."""

from __future__ import annotations

from typing import Final, NamedTuple


class SavedOperation(NamedTuple):
    """A title and a GraphQL document."""

    title: str
    query: str


EXAMPLES: Final = (
    SavedOperation(
        "Countries and their highest airports",
        """\
# One SQL statement for each level, however many rows.
# Ctrl+Space completes; the book on the left has the documentation.
{
  countries(filter: {name: {startsWith: "Sw"}}, orderBy: [{name: DESC}]) {
    totalCount
    nodes {
      name
      currencies {
        nodes {
          name
        }
      }
      airports(first: 3, orderBy: [{elevationFeet: DESC}]) {
        totalCount
        nodes {
          name
          iata
          elevationFeet
          subdivision {
            name
          }
        }
      }
    }
  }
}
""",
    ),
    SavedOperation(
        "One airport by its code",
        """\
# Every unique key names a row; `id` does so among the rows of all tables.
{
  airport(by: {icao: "LSZH"}) {
    id
    name
    city
    latitude
    longitude
    country {
      name
    }
    timeZone {
      name
      januaryOffset
      julyOffset
    }
  }
}
""",
    ),
    SavedOperation(
        "Your own trips (needs a traveller's token)",
        """\
# Put a token that the demo printed into the Credentials panel: everyone sees their own trips.
# Conditions combine with and, or, not; orders reach through to-one relations.
{
  trips(
    first: 5
    filter: {
      status: {in: [planned, booked]}
      or: [{budget: {gte: "5000"}}, {notes: {isNull: false}}]
    }
    orderBy: [{budget: DESC_NULLS_LAST}, {traveller: {familyName: ASC}}]
  ) {
    totalCount
    nodes {
      title
      status
      budget
      startsOn
      traveller {
        givenName
        familyName
      }
      legs {
        nodes {
          departureAirport {
            iata
            city
          }
          arrivalAirport {
            iata
            city
          }
          departsAt
          flightTime
        }
      }
    }
  }
}
""",
    ),
    SavedOperation(
        "Page by page",
        """\
# Give `endCursor` as `after` for the next page. Page 1,000 costs what page 1 costs.
query Airports($first: Int = 5, $after: String) {
  airports(first: $first, after: $after, orderBy: [{elevationFeet: DESC_NULLS_LAST}]) {
    edges {
      cursor
      node {
        name
        elevationFeet
        country {
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
""",
    ),
    SavedOperation(
        "Views",
        """\
# Views and materialised views are read like tables.
{
  routes(first: 5, orderBy: [{legs: DESC}]) {
    nodes {
      legs
      travellers
      distanceKm
      averageFlightTime
    }
  }
  countryOverviews(first: 5, orderBy: [{airports: DESC_NULLS_LAST}]) {
    nodes {
      countryId
      airports
      highestAirportMetres
    }
  }
}
""",
    ),
    SavedOperation(
        "Any row by its global id",
        """\
# Relay's `node` and `nodes`: rows of any tables, by the `id` that each row has.
query Rows($ids: [ID!]! = ["WyJDb3VudHJ5IiwiQ0giXQ", "WyJDdXJyZW5jeSIsIkNIRiJd"]) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Country {
      name
      flag
    }
    ... on Currency {
      name
    }
  }
}
""",
    ),
)
"""In the order in which they are offered; the first is run when GraphiQL opens."""
