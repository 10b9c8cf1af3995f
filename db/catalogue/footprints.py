"""What reading and writing a relation leads to, by views, policies, inheritance, foreign keys and triggers.

Read from the whole database at once, whatever the connected role may use; what follows from it is pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from db.catalogue.model import QualifiedName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import asyncpg

TRIGGER = "loadstone_rows"
"""What the triggers of `db.row_triggers` are called: they write nothing."""

# `flags` of a relation: `s` row-level security, `w` writing it may write anything (triggers, rules, functions
# of defaults, checks and policies), `c` reading it calls functions that may read anything. Functions in C and
# PostgreSQL's own write no tables. Built-in functions leave no trace in pg_depend.
FOOTPRINTS = f"""
WITH relation AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relrowsecurity
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
), called AS MATERIALIZED (
    SELECT d.classid, d.objid, p.provolatile, l.lanname NOT IN ('internal', 'c') AS may_write
    FROM pg_depend d
    LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    JOIN pg_proc p ON p.oid = coalesce(o.oprcode::oid, d.refobjid)
    JOIN pg_language l ON l.oid = p.prolang
    WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
      AND d.classid IN (
          'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass
      )
      AND p.provolatile <> 'i'
), part (classid, objid, relation, is_read) AS MATERIALIZED (
    SELECT 'pg_rewrite'::regclass, w.oid, w.ev_class, true FROM pg_rewrite w WHERE w.ev_type = '1'
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, p.polrelid, true FROM pg_policy p
    UNION ALL SELECT 'pg_attrdef'::regclass, a.oid, a.adrelid, false FROM pg_attrdef a
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid, k.conrelid, false FROM pg_constraint k
        WHERE k.contype = 'c'
), calling AS MATERIALIZED (
    SELECT p.relation, bool_or(p.is_read) AS reads, bool_or(c.provolatile = 'v' AND c.may_write) AS writes
    FROM part p
    JOIN called c ON c.classid = p.classid AND c.objid = p.objid
    GROUP BY p.relation
), acting AS MATERIALIZED (
    SELECT g.tgrelid AS relation FROM pg_trigger g WHERE NOT g.tgisinternal AND g.tgname <> '{TRIGGER}'
    UNION SELECT w.ev_class FROM pg_rewrite w WHERE w.ev_type <> '1'
    UNION SELECT c.relation FROM calling c WHERE c.writes
)
SELECT 'relation' AS edge, r.nspname AS schema, r.relname AS name, r.relkind
       || CASE WHEN r.relrowsecurity THEN 's' ELSE '' END
       || CASE WHEN EXISTS (SELECT FROM acting a WHERE a.relation = r.oid) THEN 'w' ELSE '' END
       || CASE WHEN EXISTS (SELECT FROM calling c WHERE c.relation = r.oid AND c.reads) THEN 'c' ELSE '' END
       AS flags, NULL AS other_schema, NULL AS other_name
FROM relation r
UNION
SELECT 'reads', r.nspname, r.relname, NULL, n.nspname, o.relname
FROM part p
JOIN relation r ON r.oid = p.relation
JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid <> p.relation
JOIN pg_class o ON o.oid = d.refobjid AND o.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace n ON n.oid = o.relnamespace
WHERE p.is_read
UNION
SELECT 'child', r.nspname, r.relname, NULL, o.nspname, o.relname
FROM pg_inherits i
JOIN relation r ON r.oid = i.inhparent
JOIN relation o ON o.oid = i.inhrelid
UNION
SELECT CASE WHEN action.on_delete THEN 'on delete' ELSE 'on update' END,
       r.nspname, r.relname, NULL, o.nspname, o.relname
FROM pg_constraint k
CROSS JOIN (VALUES (true), (false)) AS action (on_delete)
JOIN relation r ON r.oid = k.confrelid
JOIN relation o ON o.oid = k.conrelid
WHERE k.contype = 'f'
  AND CASE WHEN action.on_delete THEN k.confdeltype ELSE k.confupdtype END IN ('c', 'n', 'd')
"""


class Edge(StrEnum):
    """How one relation leads to another."""

    READS = "reads"
    """Reading the one reads the other: views and policies."""
    CHILD = "child"
    """The other is a partition of the one, or inherits from it."""
    PARENT = "parent"
    """The reverse."""
    ON_DELETE = "on delete"
    """Deleting rows of the one writes rows of the other, by a foreign key."""
    ON_UPDATE = "on update"


class Effect(StrEnum):
    """What is done to rows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """What is known of one relation.

    Attributes:
        kind: `pg_class.relkind`.
        row_security: Whether row-level security is enabled on it.
        acts: Whether writing it may write anything else, by triggers, rules or functions.
        calls: Whether reading it calls functions that may read anything else.
    """

    kind: str
    row_security: bool = False
    acts: bool = False
    calls: bool = False


class Reading(NamedTuple):
    """What reading a relation depends on.

    Attributes:
        tables: The relations whose rows are read, itself among them.
        everything: Whether any other may be read too.
        per_caller: Whether what is read may depend on who asks, beyond their role.
        is_alone: Whether it is a table whose own rows are read, and nothing else.
    """

    tables: frozenset[QualifiedName]
    everything: bool
    per_caller: bool
    is_alone: bool = False


class Writing(NamedTuple):
    """What writing a relation may change.

    Attributes:
        tables: The relations whose rows may change besides its own.
        everything: Whether any other may change too.
    """

    tables: frozenset[QualifiedName]
    everything: bool


UNKNOWN = Reading(frozenset(), everything=True, per_caller=True)


@dataclass(frozen=True)
class Footprints:
    """What is known of all relations of a database.

    Attributes:
        relations: By name.
        edges: Where they lead, by name.
    """

    relations: Mapping[QualifiedName, RelationFacts] = field(default_factory=lambda: MappingProxyType({}))
    edges: Mapping[tuple[Edge, QualifiedName], frozenset[QualifiedName]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    _readings: dict[QualifiedName, Reading] = field(default_factory=dict, repr=False, compare=False)
    _writings: dict[tuple[QualifiedName, Effect], Writing] = field(
        default_factory=dict, repr=False, compare=False
    )

    def reading(self, table: QualifiedName) -> Reading:
        """What reading a relation depends on; everything where it is not known."""
        found = self._readings.get(table)
        if found is None:
            found = self._readings[table] = self._read(table)
        return found

    def writing(self, table: QualifiedName, effect: Effect) -> Writing:
        """What writing a relation may change; everything where it is not known."""
        found = self._writings.get((table, effect))
        if found is None:
            found = self._writings[table, effect] = self._written(table, effect)
        return found

    def underlying(self, tables: Iterable[QualifiedName]) -> frozenset[QualifiedName]:
        """The tables, partitions included, whose rows these relations show; foreign tables are none."""
        found = {each for table in tables for each in self.reading(table).tables}
        return frozenset(
            each for each in found if each in self.relations and self.relations[each].kind in {"r", "p"}
        )

    def _read(self, table: QualifiedName) -> Reading:
        everything = per_caller = False
        waiting, seen = [table], {table}
        while waiting:
            name = waiting.pop()
            facts = self.relations.get(name)
            if facts is None:  # PostgreSQL's own, among others
                everything = per_caller = True
                continue
            everything |= facts.calls
            # What built-in functions a view calls (current_user, current_setting) is not known.
            per_caller |= facts.calls or facts.row_security or facts.kind == "v"
            # Materialized views are read as they are stored.
            further = self._lead(Edge.CHILD, name)
            if facts.kind != "m":
                further |= self._lead(Edge.READS, name)
            waiting += further - seen
            seen |= further
        # Who writes by the name of a parent may write these rows too.
        waiting = list(seen)
        while waiting:
            parents = self._lead(Edge.PARENT, waiting.pop()) - seen
            waiting += parents
            seen |= parents
        facts = self.relations.get(table)
        is_alone = facts is not None and facts.kind == "r" and seen == {table}
        return Reading(frozenset(seen), everything, per_caller, is_alone)

    def _written(self, table: QualifiedName, effect: Effect) -> Writing:
        everything = False
        waiting = [(table, effect)]
        seen: set[tuple[QualifiedName, Effect]] = set()  # its own rows among them where they are led back to
        while waiting:
            name, done = waiting.pop()
            facts = self.relations.get(name)
            if facts is None:
                everything = True
                continue
            everything |= facts.acts
            further = {(each, done) for each in self._lead(Edge.CHILD, name)}
            if facts.kind == "v":
                further |= {(each, done) for each in self._lead(Edge.READS, name)}
            # Rows that lose what they refer to are deleted or changed, and that may lead on.
            edge = {Effect.DELETE: Edge.ON_DELETE, Effect.UPDATE: Edge.ON_UPDATE}.get(done)
            if edge is not None:
                after = (Effect.DELETE, Effect.UPDATE) if done is Effect.DELETE else (Effect.UPDATE,)
                further |= {(each, then) for each in self._lead(edge, name) for then in after}
            waiting += further - seen
            seen |= further
        return Writing(frozenset(name for name, _ in seen), everything)

    def _lead(self, edge: Edge, table: QualifiedName) -> frozenset[QualifiedName]:
        return self.edges.get((edge, table), frozenset())


def assemble_footprints(rows: Iterable[asyncpg.Record]) -> Footprints:
    """What the rows of `FOOTPRINTS` tell."""
    relations: dict[QualifiedName, RelationFacts] = {}
    edges: dict[tuple[Edge, QualifiedName], set[QualifiedName]] = {}
    for row in rows:
        name = QualifiedName(row["schema"], row["name"])
        if row["edge"] == "relation":
            kind, flags = row["flags"][0], row["flags"][1:]
            relations[name] = RelationFacts(kind, "s" in flags, "w" in flags, "c" in flags)
        else:
            other = QualifiedName(row["other_schema"], row["other_name"])
            edge = Edge(row["edge"])
            edges.setdefault((edge, name), set()).add(other)
            if edge is Edge.CHILD:
                edges.setdefault((Edge.PARENT, other), set()).add(name)
    return Footprints(relations, {key: frozenset(names) for key, names in edges.items()})
