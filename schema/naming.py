"""Names of the database as names of GraphQL: pure, deterministic, always valid.

GraphQL names are `[_A-Za-z][_0-9A-Za-z]*`, and must not begin with two underscores
(https://spec.graphql.org/draft/#sec-Names).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import inflection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+[a-z]*|[A-Z][a-z]*")
_VALID = re.compile(r"(?!__)[_A-Za-z][_0-9A-Za-z]*\Z")
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_REFERENCE_ENDINGS = ("id", "fk")

# What the rules of `inflection` get wrong among common names of tables.
_IRREGULAR = {
    "bonus": "bonuses", "cache": "caches", "cafe": "cafes", "campus": "campuses", "census": "censuses",
    "cookie": "cookies", "corpus": "corpora", "focus": "focuses", "foot": "feet", "gas": "gases",
    "genus": "genera", "goose": "geese", "hero": "heroes", "leaf": "leaves", "lens": "lenses",
    "menu": "menus", "olive": "olives", "phenomenon": "phenomena", "radius": "radii",
    "stimulus": "stimuli", "tie": "ties", "tooth": "teeth", "virus": "viruses",
    "atlas": "atlases", "canvas": "canvases", "bias": "biases",
    # Both: the name as authors use it.
    "criteria": "criteria", "data": "data", "goods": "goods", "headquarters": "headquarters",
    "media": "media", "metadata": "metadata",
}  # fmt: skip
_IRREGULAR_SINGULARS = {plural: singular for singular, plural in _IRREGULAR.items()}
_F_PLURALS = ("halves", "loaves", "knives", "lives", "shelves", "selves", "thieves", "wives", "wolves")


def words(name: str) -> list[str]:
    """The words of a name, split at punctuation and at changes of case; ASCII letters and digits only.

    Letters with accents lose them; every other character outside ASCII stands as its code point in
    hexadecimal (`表` is `u8868`), so that different names stay different.
    """
    decomposed = unicodedata.normalize("NFKD", name)
    ascii_name = "".join(_ascii(character) for character in decomposed)
    return _WORD.findall(ascii_name)


def _ascii(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    if unicodedata.combining(character):
        return ""
    return f" u{ord(character):x} " if character.isalnum() or character.isprintable() else " "


def camel_case(name: str) -> str:
    """`unit_price` as `unitPrice`; one leading underscore is kept."""
    return _camel(name, words(name))


def pascal_case(name: str) -> str:
    """`invoice_line` as `InvoiceLine`; one leading underscore is kept."""
    return _pascal(name, words(name))


def _camel(source: str, parts: Sequence[str]) -> str:
    return _valid(source, "".join([*(part.lower() for part in parts[:1]), *map(_capital, parts[1:])]))


def _pascal(source: str, parts: Sequence[str]) -> str:
    return _valid(source, "".join(map(_capital, parts)))


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _valid(source: str, name: str) -> str:
    if source.startswith("_") or not name or name[0].isdigit():
        return f"_{name}"
    return name


def is_valid(name: str) -> bool:
    """Whether the name may stand in a schema."""
    return _VALID.match(name) is not None


def type_name(relation: str) -> str:
    """The object type of a relation: singular, PascalCase (`invoice_lines` is `InvoiceLine`)."""
    return _pascal(relation, _with_last(words(relation), _singular))


def singular_field(relation: str) -> str:
    """The field that leads to one row (`invoice_lines` is `invoiceLine`)."""
    return _camel(relation, _with_last(words(relation), _singular))


def plural_field(relation: str) -> str:
    """The field that leads to many rows (`invoice_line` is `invoiceLines`)."""
    return _camel(relation, _with_last(words(relation), _plural))


def _with_last(parts: list[str], change: Callable[[str], str]) -> list[str]:
    return [*parts[:-1], change(parts[-1].lower())] if parts else parts


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return word
    if word in _IRREGULAR_SINGULARS:
        return _IRREGULAR_SINGULARS[word]
    if word.endswith("ves") and not word.endswith(_F_PLURALS):
        return word.removesuffix("s")
    return word if word.endswith(("us", "ss", "is")) else inflection.singularize(word) or word


def _plural(word: str) -> str:
    singular = _singular(word)
    return _IRREGULAR.get(singular) or inflection.pluralize(singular)


def reference_field(column: str) -> str | None:
    """The relation that a foreign key column names: `album_id` is `album`; None without `_id` or `_fk`."""
    parts = words(column)
    if len(parts) > 1 and parts[-1].lower() in _REFERENCE_ENDINGS:
        return camel_case("_" * column.startswith("_") + "_".join(parts[:-1]))
    return None


def joined(columns: Iterable[str]) -> str:
    """Field names of columns joined to one: `playlist_id`, `track_id` is `playlistIdTrackId`."""
    return _camel("", [part for column in columns for part in words(column)])


def joined_fields(fields: Sequence[str]) -> str:
    """Field names joined to one: `playlistId`, `trackId` is `playlistIdTrackId`."""
    name = fields[0] + "".join(map(capitalised, fields[1:]))
    return name if is_valid(name) else f"_{name.lstrip('_')}"


def capitalised(field: str) -> str:
    """A field name as the end of a longer one: `reportsTo` is `ReportsTo`."""
    return field[:1].upper() + field[1:]


def uncapitalised(name: str) -> str:
    """A type name as a field: `InvoiceLine` is `invoiceLine`."""
    return name[:1].lower() + name[1:]


def enum_value(label: str) -> str:
    """A label of an enum as a value: itself where that is a valid name, made valid otherwise."""
    if is_valid(label) and label not in {"true", "false", "null"}:
        return label
    if label in {"true", "false", "null"}:
        return f"{label}_"
    spelled = "".join(
        "_" if character == "_" else _ascii(character) for character in unicodedata.normalize("NFKD", label)
    )
    made = "_".join(part for part in re.split(r"[^0-9A-Za-z]+", spelled) if part)
    return made if made and not made[0].isdigit() else f"_{made}"


def oddness(name: str) -> int:
    """How far a name is from what names in PostgreSQL usually are: 0 for plain `snake_case`."""
    if _SNAKE.fullmatch(name):
        return 0
    return 1 if name.isascii() and name.isidentifier() else 2


def warning(path: str, what: str, key: str = "name") -> str:
    """The warning for a name that could not be what it is by rule, saying what to set."""
    shown = json.dumps(path, ensure_ascii=False)
    return f"{shown}: {what}. Set its {key} under [objects.{shown}] to choose another."


class Names:
    """Names that are taken in one scope; gives each claimant a name of its own.

    Claims are made in a fixed order, so that the same database gives the same names.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def claim(self, *wishes: str) -> str:
        """Takes the first wish that is free, or else the last one with the lowest free number behind it."""
        for wish in wishes:
            if wish not in self._taken:
                self._taken.add(wish)
                return wish
        number = 2
        while f"{wishes[-1]}{number}" in self._taken:
            number += 1
        name = f"{wishes[-1]}{number}"
        self._taken.add(name)
        return name

    def claim_each(self, wishes: Mapping[str, str]) -> dict[str, str]:
        """A name for each claimant: all wishes that are free are given away before any number is."""
        claimed = {who: self.claim(wish) for who, wish in wishes.items() if wish not in self}
        return claimed | {who: self.claim(wish) for who, wish in wishes.items() if who not in claimed}
