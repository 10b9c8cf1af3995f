"""What operations select at each position of the answer, so that what meets there can be merged.

See https://spec.graphql.org/draft/#sec-Field-Selection-Merging.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NODE = "Node"


@dataclass(slots=True)
class Entry:
    """What stands under one response key.

    Attributes:
        type: The type of the field, as text.
        leaf: Whether nothing is selected of it.
        uses: By the type that the field is selected on: its name and arguments.
        scope: What is selected of it.
    """

    type: str
    leaf: bool
    uses: dict[str, tuple[str, str]]
    scope: Scope

    def accepts(self, other: Entry) -> bool:
        """Whether the other may stand under the same key."""
        if self.type != other.type:
            return False
        for parent, use in self.uses.items():
            for other_parent, other_use in other.uses.items():
                apart = parent != other_parent and NODE not in {parent, other_parent}
                if not (self.leaf if apart else use == other_use):
                    return False
        return self.scope.accepts(other.scope)


@dataclass(slots=True)
class Scope:
    """What is selected at one position, by response key.

    Attributes:
        entries: What is selected here.
        base: For a fragment that is being written: what is already selected where it will stand.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    base: Scope | None = None

    def fits(self, key: str, entry: Entry) -> bool:
        """Whether the entry can be selected here."""
        mine = self.entries.get(key)
        if mine is not None and not mine.accepts(entry):
            return False
        return self.base is None or self.base.fits(key, entry)

    def accepts(self, other: Scope) -> bool:
        """Whether all that the other selects can be selected here too."""
        return all(self.fits(key, entry) for key, entry in other.entries.items())

    def add(self, key: str, entry: Entry) -> Scope:
        """Selects the entry, and gives the scope of what is selected of it."""
        mine = self.entries.get(key)
        if mine is None:
            base = None if self.base is None else self.base.below(key)
            mine = self.entries[key] = Entry(entry.type, entry.leaf, {}, Scope(base=base))
        mine.uses.update(entry.uses)
        mine.scope.take(entry.scope)
        return mine.scope

    def take(self, other: Scope) -> None:
        """Selects what the other does."""
        for key, entry in other.entries.items():
            self.add(key, entry)

    def below(self, key: str) -> Scope | None:
        """What is selected of an entry; None if it is not there."""
        if key in self.entries:
            return self.entries[key].scope
        return None if self.base is None else self.base.below(key)
