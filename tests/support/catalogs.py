"""Catalogues written by hand: no database needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue.model import (
    Catalog,
    Column,
    ForeignKey,
    PgType,
    QualifiedName,
    RelationKind,
    Table,
    TypeKind,
    UniqueKey,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_BUILTINS = (
    *(
        "int2",
        "int4",
        "int8",
        "numeric",
        "float4",
        "float8",
        "bool",
        "text",
        "varchar",
        "bpchar",
        "name",
        "uuid",
    ),
    *("date", "time", "timetz", "timestamp", "timestamptz", "interval", "bytea", "jsonb", "inet"),
)


def builtin(name: str) -> QualifiedName:
    return QualifiedName("pg_catalog", name)


def _builtin_types() -> Iterable[PgType]:
    for name in _BUILTINS:
        yield PgType(builtin(name), TypeKind.BASE)
        yield PgType(builtin(f"_{name}"), TypeKind.ARRAY, element=builtin(name))
    for name in ("void", "record"):
        yield PgType(builtin(name), TypeKind.PSEUDO)
    for name in ("json", "point"):
        yield PgType(builtin(name), TypeKind.BASE, equatable=False, orderable=False)
    for name, subtype in (("int4range", "int4"), ("tstzrange", "timestamptz")):
        yield PgType(builtin(name), TypeKind.RANGE, element=builtin(subtype))


def columns(**types: str) -> tuple[Column, ...]:
    """Columns by name: `int4` is nullable, `int4!` is not; other schemas' types are `schema.name`."""
    made = []
    for position, (name, spec) in enumerate(types.items(), start=1):
        type_name = spec.removesuffix("!")
        schema, _, bare = type_name.rpartition(".")
        qualified = QualifiedName(schema or "pg_catalog", bare)
        made.append(Column(name, qualified, position, nullable=not spec.endswith("!")))
    return tuple(made)


def reference(
    name: str,
    columns: str | Sequence[str],
    target: str | QualifiedName,
    target_columns: str | Sequence[str],
    *,
    enforced: bool = True,
) -> ForeignKey:
    """A foreign key; a bare target is of the schema `public`."""
    return ForeignKey(
        name,
        _several(columns),
        QualifiedName("public", target) if isinstance(target, str) else target,
        _several(target_columns),
        enforced=enforced,
    )


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def table(
    name: str,
    its_columns: Mapping[str, str] | tuple[Column, ...],
    *,
    key: str | Sequence[str] | None = None,
    unique: Iterable[str | Sequence[str]] = (),
    references: Iterable[ForeignKey] = (),
    schema: str = "public",
    kind: RelationKind = RelationKind.TABLE,
    row_security: bool = False,
    has_children: bool = False,
    comment: str | None = None,
) -> Table:
    """A relation; `key` is its primary key, `unique` are further ones."""
    return Table(
        name=QualifiedName(schema, name),
        kind=kind,
        columns=its_columns if isinstance(its_columns, tuple) else columns(**its_columns),
        primary_key=None if key is None else UniqueKey(f"{name}_pkey", _several(key)),
        unique_keys=tuple(
            UniqueKey(f"{name}_{'_'.join(_several(names))}_key", _several(names)) for names in unique
        ),
        foreign_keys=tuple(references),
        row_security=row_security,
        has_children=has_children,
        comment=comment,
    )


def catalog(*tables: Table, types: Iterable[PgType] = (), schemas: Sequence[str] = ("public",)) -> Catalog:
    """A catalogue of these tables, with PostgreSQL's own types and `types`."""
    return Catalog(
        tables={its.name: its for its in tables},
        types={its.name: its for its in (*_builtin_types(), *types)},
        schemas=tuple(schemas),
    )


def music() -> Catalog:
    """Artists, albums, tracks and playlists, as far as planning needs them."""
    return catalog(
        table("artist", {"artist_id": "int4!", "name": "text!", "country": "text"}, key="artist_id"),
        table(
            "album",
            {"album_id": "int4!", "title": "text!", "artist_id": "int4!", "released": "date"},
            key="album_id",
            unique=[("artist_id", "title")],
            references=[reference("album_artist", "artist_id", "artist", "artist_id")],
        ),
        table(
            "track",
            {"track_id": "int8!", "name": "text", "album_id": "int4", "length": "interval"},
            key="track_id",
            references=[reference("track_album", "album_id", "album", "album_id")],
        ),
        table("playlist", {"playlist_id": "int4!", "name": "text"}, key="playlist_id"),
        table(
            "playlist_track",
            {"playlist_id": "int4!", "track_id": "int8!"},
            key=("playlist_id", "track_id"),
            references=[
                reference("of_playlist", "playlist_id", "playlist", "playlist_id"),
                reference("of_track", "track_id", "track", "track_id"),
            ],
        ),
        table("best_seller", {"name": "text", "sold": "int8"}, kind=RelationKind.VIEW),
    )
