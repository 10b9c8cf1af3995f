"""Calling the Python code that users hook into writes: before the rows of a field are written, and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolvers.bindings import MutationKind, WriteKind
from resolvers.python_fields import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncpg import Record

    from resolvers.bindings import MutationBinding
    from resolvers.fetching import Fetcher
    from resolvers.plan import Slot

_KINDS = {
    MutationKind.CREATE: WriteKind.CREATE,
    MutationKind.CREATE_MANY: WriteKind.CREATE,
    MutationKind.UPDATE: WriteKind.UPDATE,
    MutationKind.UPDATE_MANY: WriteKind.UPDATE,
    MutationKind.DELETE: WriteKind.DELETE,
    MutationKind.DELETE_MANY: WriteKind.DELETE,
}


async def before(binding: MutationBinding, arguments: Mapping[str, Any], data: Fetcher) -> Mapping[str, Any]:
    """The arguments of a field with the rows that its hooks make of those that are given.

    Args:
        binding: The field; the rows of an update are the new values alone, deletes have none.
        arguments: Coerced.
        data: What hooks fetch with.
    """
    hooks = binding.type.hooks
    if hooks is None or hooks.before is None:
        return arguments
    kind = _KINDS[binding.kind]
    name = "set" if kind is WriteKind.UPDATE else "input"
    if binding.kind is MutationKind.CREATE_MANY:
        return (
            {**arguments, name: await hooks.before(kind, arguments[name], data)}
            if arguments[name]
            else arguments
        )
    if name not in arguments:
        await hooks.before(kind, [], data)
        return arguments
    [row] = await hooks.before(kind, [arguments[name]], data)
    return {**arguments, name: row}


async def after(
    binding: MutationBinding, slots: tuple[tuple[str, Slot], ...], records: Sequence[Record], data: Fetcher
) -> None:
    """Gives the rows that were written to the hooks of a field; without rows, nothing is called.

    Args:
        binding: The field.
        slots: What the rows are made of, by field name (`MutationStep.hooked`).
        records: The rows.
        data: What hooks fetch with.
    """
    hooks = binding.type.hooks
    if hooks is not None and hooks.after is not None and records:
        rows = [values_of(slots, record) for record in records]
        await hooks.after(_KINDS[binding.kind], rows, data)
