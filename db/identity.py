"""Who a statement is run for: a role of the database, and what is known of the caller.

Role and claims are set for the length of a transaction and never for a session, which a pool hands on. The
claims are where PostgREST has them, so that policies written for it work:
`current_setting('request.jwt.claims', true)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

CLAIMS = "request.jwt.claims"
"""The setting that policies find the claims in, as JSON text."""


@dataclass(frozen=True)
class Identity:
    """Who asks; equal identities may see the same, so that what they ask goes to the database together.

    Attributes:
        role: The role that statements run as; None for the one that the server logs in as.
        claims: JSON text of an object; None where nothing is known.
    """

    role: str | None = None
    claims: str | None = None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.role, self.claims))

    @cached_property
    def begin(self) -> str:
        """The statements that begin a transaction for this identity: one round trip."""
        parts = ["BEGIN"]
        if self.role is not None:
            # set_config takes a name as it is, whatever signs are in it.
            parts.append(f"SELECT set_config('role', {literal(self.role)}, true)")
        if self.claims is not None:
            parts.append(f"SELECT set_config('{CLAIMS}', {literal(self.claims)}, true)")
        return "; ".join(parts)


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
