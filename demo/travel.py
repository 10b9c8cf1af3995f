"""Invented travellers and their trips: the same ones for the same airports.

Pure. Days are counted around a fixed day, so that the data do not change from run to run.
"""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from demo.rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from demo.geography import Airport


TRAVELLERS: Final = 400  # with the frequent ones
TRIPS: Final = 3_000
TRIPS_OF_FREQUENT: Final = 100  # of each of them
_SEED: Final = 1919
_TODAY: Final = date(2026, 9, 1)  # trips before it are over, trips after it are plans
_FIRST_DAY: Final = date(2024, 1, 8)
_DAYS: Final = 1_260
_BIG_CITY_WEIGHT: Final = 12  # airports of cities with several are that much more often chosen
_EARTH_RADIUS_KM: Final = 6_371.0088
_CRUISE_KM_PER_HOUR: Final = 820

_WORDS: Final[Mapping[str, Sequence[str]]] = json.loads(
    (Path(__file__).parent / "words.json").read_text(encoding="utf-8")
)
_LEVELS: Final = ("A1", "A2", "B1", "B2", "C1", "C2")
# Of each cabin, how often it is chosen and what it costs compared to the first.
_CABINS: Final = {
    "economy": (78, 1.0),
    "premium_economy": (10, 1.6),
    "business": (10, 3.2),
    "first": (2, 5.5),
}
_YEN_PER_UNIT: Final = 150


@dataclass(frozen=True, slots=True)
class FrequentTraveller:
    """One of those who travel often, to try tokens with.

    Attributes:
        id: Its identity, the same in every database.
        given_name: Given name.
        family_name: Family name.
    """

    id: UUID
    given_name: str
    family_name: str


FREQUENT_TRAVELLERS: Final = (
    FrequentTraveller(UUID("a3e11a00-0000-4000-8000-000000000001"), "Amelia", "Earhart"),
    FrequentTraveller(UUID("be551e00-0000-4000-8000-000000000002"), "Bessie", "Coleman"),
    FrequentTraveller(UUID("1ea20000-0000-4000-8000-000000000003"), "Jean", "Batten"),
    FrequentTraveller(UUID("5a270500-0000-4000-8000-000000000004"), "Alberto", "Santos-Dumont"),
)


@dataclass(frozen=True, slots=True)
class _Traveller:
    id: UUID
    home: Airport
    known_as: FrequentTraveller | None = None


@dataclass(frozen=True, slots=True)
class _Flight:
    start: Airport
    end: Airport
    departs_at: datetime
    arrives_at: datetime
    distance_km: float


@dataclass(frozen=True, slots=True)
class _Journey:
    """A trip before it is written into tables."""

    number: int
    traveller: _Traveller
    status: str
    flights: Sequence[_Flight]


def invent_travels(airports: Sequence[Airport]) -> tuple[TableRows, ...]:
    """Rows of travellers, trips and what belongs to them, each table after those that it refers to.

    Args:
        airports: All airports; the journeys lead between the international ones with an IATA code.
    """
    random = Random(_SEED)  # noqa: S311 - invented data, the same every time
    international = [airport for airport in airports if airport.iata and "International" in airport.name]
    hubs = international + _BIG_CITY_WEIGHT * [airport for airport in international if airport.in_big_city]
    others = [
        _Traveller(UUID(int=random.getrandbits(128), version=4), random.choice(hubs))
        for _ in range(TRAVELLERS - len(FREQUENT_TRAVELLERS))
    ]
    frequent = [_Traveller(known.id, random.choice(hubs), known) for known in FREQUENT_TRAVELLERS]
    travellers = others + frequent
    makers = [traveller for traveller in frequent for _ in range(TRIPS_OF_FREQUENT)]
    makers += [random.choice(others) for _ in range(TRIPS - len(makers))]
    journeys = [_journey(random, number, maker, hubs) for number, maker in enumerate(makers, start=1)]
    trips, legs = _trips_and_legs(random, journeys)
    return (
        _travellers(random, travellers),
        _traveller_languages(random, travellers),
        trips,
        _companions(random, journeys, travellers),
        legs,
        _reviews(random, journeys),
    )


def great_circle_km(start: Airport, end: Airport) -> float:
    """Distance of two airports on the globe in kilometres (haversine)."""
    latitudes = math.radians(start.latitude), math.radians(end.latitude)
    half_sine = math.sin((latitudes[1] - latitudes[0]) / 2)
    half_sine_east = math.sin(math.radians(end.longitude - start.longitude) / 2)
    chord = half_sine**2 + math.cos(latitudes[0]) * math.cos(latitudes[1]) * half_sine_east**2
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def _journey(random: Random, number: int, traveller: _Traveller, hubs: Sequence[Airport]) -> _Journey:
    stops = [traveller.home]
    for _ in range(random.choices((1, 2, 3, 4), weights=(35, 25, 22, 18))[0]):
        here = stops[-1]
        candidates = [hub for hub in random.sample(hubs, 8) if hub not in stops]
        # Most journeys stay near, some cross the world.
        if _happens(random, 0.6):
            candidates.sort(key=lambda hub: great_circle_km(here, hub))
        stops.append(candidates[0])
    stops.append(traveller.home)
    departs_at = _moment(random, _FIRST_DAY + timedelta(days=random.randrange(_DAYS)))
    flights = []
    for start, end in pairwise(stops):
        distance = great_circle_km(start, end)
        minutes = 35 + 5 * round(distance / _CRUISE_KM_PER_HOUR * 60 / 5)
        arrives_at = departs_at + timedelta(minutes=minutes)
        flights.append(_Flight(start, end, departs_at, arrives_at, float(round(distance))))
        departs_at = _moment(random, arrives_at.date() + timedelta(days=random.randrange(1, 8)))
    return _Journey(number, traveller, _status(random, flights), flights)


def _status(random: Random, flights: Sequence[_Flight]) -> str:
    if _happens(random, 0.06):
        return "cancelled"
    if flights[-1].arrives_at.date() < _TODAY:
        return "completed"
    if flights[0].departs_at.date() <= _TODAY:
        return "under_way"
    return random.choice(("planned", "booked"))


def _travellers(random: Random, travellers: Sequence[_Traveller]) -> TableRows:
    records = []
    for number, traveller in enumerate(travellers):
        given, family = random.choice(_WORDS["given_names"]), random.choice(_WORDS["family_names"])
        if traveller.known_as is not None:
            given, family = traveller.known_as.given_name, traveller.known_as.family_name
        birthday = date(1945, 1, 1) + timedelta(days=random.randrange(22_500))
        invited = number > 0 and _happens(random, 0.4)
        records.append(
            {
                "id": traveller.id,
                "email": f"{_ascii(given)}.{_ascii(family)}.{number + 1}@example.org",
                "given_name": given,
                "family_name": family,
                "born_on": birthday if _happens(random, 0.9) else None,
                "country_id": traveller.home.country,
                "home_airport_id": traveller.home.id if _happens(random, 0.95) else None,
                "invited_by_id": random.choice(travellers[:number]).id if invited else None,
                "interests": sorted(random.sample(_WORDS["interests"], random.randrange(5))),
                "preferences": json.dumps(_preferences(random)),
                "newsletter": _happens(random, 0.3),
                "miles": random.randrange(250_000),
                "created_at": _moment(random, _FIRST_DAY - timedelta(days=random.randrange(1_000))),
            }
        )
    return TableRows.of("traveller", records)


def _preferences(random: Random) -> dict[str, object]:
    preferences: dict[str, object] = {}
    if _happens(random, 0.7):
        preferences["seat"] = random.choice(_WORDS["seats"])
    if _happens(random, 0.5):
        preferences["meal"] = random.choice(_WORDS["meals"])
    if _happens(random, 0.3):
        preferences["notify"] = {
            "email": _happens(random, 0.8),
            "hoursBefore": random.choice((3, 24, 48)),
        }
    return preferences


def _traveller_languages(random: Random, travellers: Sequence[_Traveller]) -> TableRows:
    rows: list[tuple[object, ...]] = []
    for traveller in travellers:
        first, *others = random.sample(_WORDS["languages"], random.randrange(1, 5))
        rows.append((traveller.id, first, "native"))
        rows.extend((traveller.id, language, random.choice(_LEVELS)) for language in others)
    return TableRows("traveller_language", ("traveller_id", "language_id", "proficiency"), rows)


def _trips_and_legs(random: Random, journeys: Sequence[_Journey]) -> tuple[TableRows, TableRows]:
    trips: list[Mapping[str, object]] = []
    legs: list[Mapping[str, object]] = []
    for journey in journeys:
        first, last = journey.flights[0], journey.flights[-1]
        currency = random.choice(_WORDS["currencies"])
        fares = [_fare(random, flight, currency) for flight in journey.flights]
        has_budget = _happens(random, 0.7)
        has_note = _happens(random, 0.15)
        planned_on = min(first.departs_at.date() - timedelta(days=10), _TODAY)
        created_at = _moment(random, planned_on - timedelta(days=random.randrange(10, 120)))
        trips.append(
            {
                "id": journey.number,
                "traveller_id": journey.traveller.id,
                "title": _title(journey),
                "status": journey.status,
                "starts_on": first.departs_at.date(),
                "ends_on": last.arrives_at.date(),
                "budget": 2 * sum((price for _, price in fares), start=Decimal(0)) if has_budget else None,
                "budget_currency_id": currency if has_budget else None,
                "tags": sorted(random.sample(_WORDS["tags"], random.randrange(3))),
                "notes": f"Ask for a late check-out in {_city(first.end)}." if has_note else None,
                "created_at": created_at,
                "updated_at": created_at + timedelta(minutes=random.randrange(14_400)),
            }
        )
        for position, (flight, (cabin, price)) in enumerate(zip(journey.flights, fares, strict=True), 1):
            seat = f"{random.randrange(1, 45)}{random.choice('ABCDEF')}"
            legs.append(
                {
                    "id": len(legs) + 1,
                    "trip_id": journey.number,
                    "position": position,
                    "departure_airport_id": flight.start.id,
                    "arrival_airport_id": flight.end.id,
                    "departs_at": flight.departs_at,
                    "arrives_at": flight.arrives_at,
                    "distance_km": flight.distance_km,
                    "cabin": cabin,
                    "seat": None if journey.status == "planned" else seat,
                    "price": price,
                    "price_currency_id": currency,
                }
            )
    return TableRows.of("trip", trips), TableRows.of("leg", legs)


def _companions(random: Random, journeys: Sequence[_Journey], travellers: Sequence[_Traveller]) -> TableRows:
    rows = [
        (journey.number, companion.id)
        for journey in journeys
        if _happens(random, 0.25)
        for companion in random.sample(travellers, random.randrange(1, 4))
        if companion != journey.traveller
    ]
    return TableRows("trip_companion", ("trip_id", "traveller_id"), rows)


def _reviews(random: Random, journeys: Sequence[_Journey]) -> TableRows:
    records = []
    for journey in journeys:
        if journey.status == "completed" and _happens(random, 0.5):
            rating = random.choices((1, 2, 3, 4, 5), weights=(5, 10, 20, 35, 30))[0]
            day = journey.flights[-1].arrives_at.date() + timedelta(days=random.randrange(1, 15))
            records.append(
                {
                    "trip_id": journey.number,
                    "rating": rating,
                    "body": _WORDS["reviews"][rating - 1] if _happens(random, 0.8) else None,
                    "written_at": _moment(random, day),
                }
            )
    return TableRows.of("trip_review", records)


def _title(journey: _Journey) -> str:
    *cities, last = [_city(flight.end) for flight in journey.flights[:-1]]
    return f"{', '.join(cities)} and {last}" if cities else f"To {last} and back"


def _city(airport: Airport) -> str:
    return airport.city or airport.name


def _fare(random: Random, flight: _Flight, currency: str) -> tuple[str, Decimal]:
    """A cabin and what the flight costs in it."""
    cabin = random.choices(list(_CABINS), weights=[weight for weight, _ in _CABINS.values()])[0]
    amount = (45 + flight.distance_km * 0.085) * _CABINS[cabin][1] * random.uniform(0.7, 1.6)
    if currency == "JPY":
        return cabin, Decimal(round(amount * _YEN_PER_UNIT))
    return cabin, Decimal(round(amount * 100)).scaleb(-2)


def _happens(random: Random, probability: float) -> bool:
    return random.random() < probability


def _moment(random: Random, day: date) -> datetime:
    return datetime.combine(day, time(random.randrange(5, 22), random.randrange(0, 60, 5)), UTC)


def _ascii(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("\u0131", "i"))
    return "".join(letter for letter in letters if "a" <= letter <= "z")
