"""Functions for random databases: of rows and of none, giving values and rows, some of which fail.

What they give depends on their arguments and on rows alone, and comes in one order. Their messages depend on
arguments alone: which of several rows fails first is up to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

WORDS = ("name", "title", "first", "filter", "by", "aB", "a_b", "ö", "2nd", "order", "nodes", "dryRun")
"""Names of functions and arguments; columns and arguments of fields have some of them."""

SORTED = 'ORDER BY x::text COLLATE "C"'


@dataclass(frozen=True, slots=True)
class Functions:
    """Writes functions for one database.

    Attributes:
        random: Decides.
        relations: Names of tables and views, quoted.
        keyed: Those of them that have a primary key.
        values: By type: what it takes, as literals.
    """

    random: Random
    relations: Sequence[str]
    keyed: Sequence[str]
    values: Mapping[str, Sequence[str]]

    def statements(self) -> Iterator[str]:
        """The statements that make them."""
        random = self.random
        for number in range(random.choice((4, 6, 8))):
            make = random.choice((self._value, self._values, self._record, self._rows, self._rows, self._row))
            yield make(f'"{random.choice(WORDS)}_{number}"')
        for number in range(random.choice((4, 6, 8))):
            owner = random.choice(self.relations)
            name = f'{owner[:-1]}_{random.choice(WORDS)}{number}"'
            makes = [self._value_of_row, self._values_of_row]
            if owner in self.keyed:
                makes += [self._row_of_row, self._rows_of_row, self._rows_of_row]
            yield random.choice(makes)(name, owner)

    def _kind(self, *, is_array: bool = True) -> str:
        return self.random.choice([kind for kind in self.values if is_array or not kind.endswith("[]")])

    def _arguments(self, *kinds: str) -> list[str]:
        """Arguments of these types, some without a name, the last ones with defaults."""
        random = self.random
        names = random.sample(WORDS, len(kinds))
        needed = random.randint(0, len(kinds))
        made = []
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True)):
            argument = kind if random.random() < 0.2 else f'"{name}" {kind}'
            if place >= needed and kind in self.values:
                argument += f" DEFAULT {random.choice(self.values[kind])}"
            elif place >= needed:
                argument += " DEFAULT NULL"
            made.append(argument)
        return made

    def _made(self, name: str, arguments: Sequence[str], returns: str, query: str, *, fails: str) -> str:
        """A function in SQL, or one in PL/pgSQL that fails where an expression is true."""
        strict = " STRICT" if self.random.random() < 0.15 else ""
        begin = f"CREATE FUNCTION {name}({', '.join(arguments)}) RETURNS {returns} STABLE{strict} LANGUAGE"
        if self.random.random() < 0.65:
            return f"{begin} sql AS $$ {query} $$;"
        given = f"QUERY {query}" if returns.startswith(("SETOF", "TABLE")) else f"({query})"
        code = self.random.choice(("", " USING ERRCODE = 'check_violation'"))
        refuse = f"IF {fails} THEN RAISE EXCEPTION 'Not with this.'{code}; END IF;"
        return f"{begin} plpgsql AS $$ #variable_conflict use_column\n BEGIN {refuse} RETURN {given}; END $$;"

    def _value(self, name: str) -> str:
        kind = self._kind()
        return self._made(name, self._arguments(kind, "int"), kind, "SELECT $1", fails="$2 = 2")

    def _values(self, name: str) -> str:
        kind = self._kind(is_array=False)
        if self.random.random() < 0.5:
            query = "SELECT $1 UNION ALL SELECT NULL"
            return self._made(name, self._arguments(kind, "int"), f"SETOF {kind}", query, fails="$2 = 2")
        arguments = [f'"n" int DEFAULT 1, VARIADIC "{self.random.choice(WORDS)}" {kind}[] DEFAULT \'{{}}\'']
        returns, query = self.random.choice(
            ((f"{kind}[]", "SELECT $2"), (f"SETOF {kind}", "SELECT u FROM unnest($2) AS u"))
        )
        return self._made(name, arguments, returns, query, fails="$1 = 2")

    def _record(self, name: str) -> str:
        kind = self._kind()
        query = "SELECT n, $1 FROM generate_series(1, least($2, 8)) AS n"
        returns = f'TABLE ("Number" int, "given back" {kind})'
        return self._made(name, self._arguments(kind, "int"), returns, query, fails="$2 = -1")

    def _rows(self, name: str) -> str:
        relation = self.random.choice(self.relations)
        twice = self.random.choice(("", ", generate_series(1, 2)"))
        query = f"SELECT x.* FROM {relation} AS x{twice} {SORTED} OFFSET greatest($1, 0) LIMIT 8"
        arguments = self._arguments("int", self._kind())
        return self._made(name, arguments, f"SETOF {relation}", query, fails="$1 = 2")

    def _row(self, name: str) -> str:
        relation = self.random.choice(self.relations)
        query = f"SELECT x FROM {relation} AS x {SORTED} OFFSET greatest($1, 0) LIMIT 1"
        if self.random.random() < 0.3:
            query = "SELECT $2"
        return self._made(name, self._arguments("int", relation), relation, query, fails="$1 = 2")

    def _value_of_row(self, name: str, owner: str) -> str:
        kind = self._kind()
        results = {"text": "concat($1::text, $2::text)", "int": "length($1::text)", kind: "$2"}
        returns = self.random.choice(list(results))
        query = f"SELECT {results[returns]}"
        arguments = [f'"row" {owner}', *self._arguments(kind)]
        return self._made(name, arguments, returns, query, fails="length($1::text) % 5 = 0")

    def _values_of_row(self, name: str, owner: str) -> str:
        kind = self._kind(is_array=False)
        query = "SELECT $2 FROM generate_series(1, length($1::text) % 3)"
        arguments = [f'"row" {owner}', *self._arguments(kind)]
        return self._made(name, arguments, f"SETOF {kind}", query, fails="length($1::text) % 5 = 0")

    def _row_of_row(self, name: str, owner: str) -> str:
        target = self.random.choice((owner, *self.relations))
        query = f"SELECT x FROM {target} AS x WHERE {self._related()} {SORTED} LIMIT 1"
        arguments = [f'"row" {owner}', *self._arguments("int")]
        return self._made(name, arguments, target, query, fails="length($1::text) % 3 = $2")

    def _rows_of_row(self, name: str, owner: str) -> str:
        target = self.random.choice((owner, *self.relations))
        query = f"SELECT x.* FROM {target} AS x WHERE {self._related()} {SORTED} OFFSET greatest($2, 0)"
        arguments = [f'"row" {owner}', *self._arguments("int")]
        return self._made(name, arguments, f"SETOF {target}", query, fails="length($1::text) % 3 = $2")

    def _related(self) -> str:
        conditions = ("true", "length(x::text) % 3 <> length($1::text) % 3", "x::text > $1::text")
        return self.random.choice(conditions)
