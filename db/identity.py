"""Who a statement is run for: a role of the database, and what is known of the caller.

Role and claims are set for the length of a transaction and never for a session, which a pool hands on. The
claims are where PostgREST has them, so that policies written for it work:
`current_setting('request.jwt.claims', true)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

CLAIMS = "request.jwt.claims"
"""The setting that policies find the claims in, as JSON text."""


@dataclass(frozen=True)
class Identity:
    """Who asks; equal identities may see the same, so that what they ask goes to the database together.

    Attributes:
        role: The role that statements run as; None for the one that the server logs in as.
        claims: JSON text of an object; None where nothing is known.
        name: What tells callers of the same role and claims apart, where anything does; not for the database.
    """

    role: str | None = None
    claims: str | None = None
    name: str | None = field(default=None, compare=False)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.role, self.claims))

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """The statements that make a transaction one for this identity.

        SET LOCAL takes a third less time than set_config(), which is planned and executed.
        """
        role = () if self.role is None else (f"SET LOCAL ROLE {literal(self.role)}",)
        claims = () if self.claims is None else (f"SET LOCAL {CLAIMS} = {literal(self.claims)}",)
        return role + claims


LOGIN = Identity()
"""The role that the server logs in as; nothing is known of the caller."""


def literal(text: str) -> str:
    r"""A text as a string constant of SQL, whatever `standard_conforming_strings` says.

    Raises:
        ValueError: The text has a NUL character, which PostgreSQL does not know.
    """
    if "\x00" in text:
        raise ValueError("NUL character")
    return "E'{}'".format(text.replace("\\", "\\\\").replace("'", "''"))
