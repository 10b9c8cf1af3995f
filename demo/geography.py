"""Rows of the reference tables, from the packages `pycountry` and `airportsdata`.

Pure: the same versions of the packages give the same rows in the same order.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import airportsdata
import pycountry

from demo.rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

# Who uses, by ISO 4217, a currency whose code begins with another country's letters or with none's;
# all other pairs follow from the code.
_SHARED_CURRENCIES: Final[Mapping[str, str]] = {
    "AUD": "CC CX HM KI NF NR TV",
    "CHF": "LI",
    "DKK": "FO GL",
    "EUR": "AD AT AX BE BG BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV "
    "MC ME MF MQ MT NL PM PT RE SI SK SM TF VA XK YT",
    "GBP": "GG IM JE",
    "ILS": "PS",
    "MAD": "EH",
    "NOK": "BV SJ",
    "NZD": "CK NU PN TK",
    "USD": "AS BQ EC FM GU IO MH MP PR PW SV TC TL UM VG VI",
    "XAF": "CF CG CM GA GQ TD",
    "XCD": "AG AI DM GD KN LC MS VC",
    "XCG": "CW SX",
    "XOF": "BF BJ CI GW ML NE SN TG",
    "XPF": "NC PF WF",
}
_LANGUAGE_SCOPES: Final = {"I": "individual", "M": "macrolanguage", "S": "special"}
_LANGUAGE_STATUSES: Final = {
    "L": "living",
    "E": "extinct",
    "H": "historical",
    "C": "constructed",
    "S": "special",
}


@dataclass(frozen=True, slots=True)
class Airport:
    """What the travels need to know of an airport.

    Attributes:
        id: Its number in the database.
        name: Its name.
        city: The city it serves, "" where unknown.
        country: Code of its country.
        latitude: Degrees north.
        longitude: Degrees east.
        iata: Its IATA code, "" where it has none.
        in_big_city: Whether its city has several airports.
    """

    id: int
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    iata: str
    in_big_city: bool


@dataclass(frozen=True, slots=True)
class Geography:
    """The reference data.

    Attributes:
        tables: Rows, each table after those that it refers to. Time zones are not among them: their
            offsets are PostgreSQL's to say.
        time_zones: Names of the time zones that the tables refer to.
        airports: The airports once more, by their numbers.
    """

    tables: tuple[TableRows, ...]
    time_zones: tuple[str, ...]
    airports: tuple[Airport, ...]


def read_geography() -> Geography:
    """Reads the packages."""
    source = [airport for _, airport in sorted(airportsdata.load("ICAO").items())]
    areas = sorted(airportsdata.load_iata_macs().items())
    area_of = {iata: code for code, area in areas for iata in area["airports"]}
    zones = sorted({(airport["country"], airport["tz"]) for airport in source})
    return Geography(
        tables=(
            _countries(),
            _subdivisions(),
            _currencies(),
            _country_currencies(),
            _languages(),
            TableRows("country_time_zone", ("country_id", "time_zone_id"), zones),
            TableRows(
                "metropolitan_area",
                ("code", "country_id", "name"),
                [(code, area["country"], area["name"]) for code, area in areas],
            ),
            _airports(source, area_of),
        ),
        time_zones=tuple(sorted({zone for _, zone in zones})),
        airports=tuple(
            Airport(
                id=number,
                name=airport["name"].strip(),
                city=airport["city"],
                country=airport["country"],
                latitude=airport["lat"],
                longitude=airport["lon"],
                iata=airport["iata"],
                in_big_city=airport["iata"] in area_of,
            )
            for number, airport in enumerate(source, start=1)
        ),
    )


def _airports(source: Sequence[airportsdata.Airport], areas: Mapping[str, str]) -> TableRows:
    subdivisions = _subdivisions_by_name()
    return TableRows.of(
        "airport",
        [
            {
                "id": number,
                # An underscore and the IATA code stand for an airport without an ICAO code.
                "icao": None if airport["icao"].startswith("_") else airport["icao"],
                "iata": airport["iata"] or None,
                "local_code": airport["lid"] or None,
                "name": airport["name"].strip(),
                "city": airport["city"] or None,
                "country_id": airport["country"],
                "subdivision_id": _only(subdivisions.get((airport["country"], _plain(airport["subd"])), ())),
                "region": airport["subd"] or None,
                "metropolitan_area_id": areas.get(airport["iata"]),
                "time_zone_id": airport["tz"],
                "latitude": airport["lat"],
                "longitude": airport["lon"],
                "elevation_feet": round(airport["elevation"]),
            }
            for number, airport in enumerate(source, start=1)
        ],
    )


def _countries() -> TableRows:
    records = [
        {
            "code": country.alpha_2,
            "alpha3_code": country.alpha_3,
            "numeric_code": int(country.numeric),
            "name": getattr(country, "common_name", country.name),
            "official_name": getattr(country, "official_name", None),
            "flag": country.flag,
        }
        for country in pycountry.countries
    ]
    # Airports lie there, and ISO 3166 leaves its code to its users.
    kosovo = {
        "code": "XK",
        "alpha3_code": "XKX",
        "numeric_code": None,
        "name": "Kosovo",
        "official_name": "Republic of Kosovo",
        "flag": "🇽🇰",
    }
    return TableRows.of("country", sorted([*records, kosovo], key=_code))


def _subdivisions() -> TableRows:
    records = [
        {
            "code": subdivision.code,
            "country_id": subdivision.country_code,
            "parent_id": subdivision.parent_code,
            "name": subdivision.name,
            "category": subdivision.type,
        }
        for subdivision in pycountry.subdivisions
    ]
    return TableRows.of("subdivision", sorted(records, key=_code))


def _currencies() -> TableRows:
    records = [
        {"code": currency.alpha_3, "numeric_code": int(currency.numeric), "name": currency.name}
        for currency in pycountry.currencies
    ]
    return TableRows.of("currency", sorted(records, key=_code))


def _country_currencies() -> TableRows:
    countries = {country.alpha_2 for country in pycountry.countries}
    currencies = {currency.alpha_3 for currency in pycountry.currencies}
    own = {(code[:2], code) for code in currencies if code[:2] in countries}
    shared = {
        (country, code)
        for code, users in _SHARED_CURRENCIES.items()
        for country in users.split()
        if code in currencies
    }
    return TableRows("country_currency", ("country_id", "currency_id"), sorted(own | shared))


def _languages() -> TableRows:
    records = [
        {
            "code": language.alpha_3,
            "alpha2_code": getattr(language, "alpha_2", None),
            "name": language.name,
            "scope": _LANGUAGE_SCOPES[language.scope],
            "status": _LANGUAGE_STATUSES[language.type],
        }
        for language in pycountry.languages
    ]
    return TableRows.of("language", sorted(records, key=_code))


def _subdivisions_by_name() -> Mapping[tuple[str, str], Collection[str]]:
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for subdivision in pycountry.subdivisions:
        for name in _names(subdivision.name):
            codes[subdivision.country_code, _plain(name)].add(subdivision.code)
    return codes


def _names(name: str) -> Iterator[str]:
    """The name itself and its parts: ISO 3166-2 writes `Nafarroa*, Navarra` and `Cymru [Wales]`."""
    yield name
    yield from re.split(r"[\[\](),/]", name)


def _plain(name: str) -> str:
    """The letters of a name without case and accents: airportsdata writes `Auvergne-Rhone-Alpes`."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters)


def _only(codes: Collection[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def _code(record: Mapping[str, object]) -> str:
    return str(record["code"])
