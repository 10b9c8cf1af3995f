"""Assembly of aggregates and groups: from records to objects, generated for one selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolvers.assembly import Names, completer, define
from resolvers.plan import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolvers.plan import Leaf


def compile_template(template: Template) -> Callable[[Sequence[Any]], list[dict[str, Any]]]:
    """A function from records to their objects."""
    names = Names()
    return define("assemble", "rows", f"[{_object(template, names)} for r in rows]", names)


def _object(template: Template, names: Names) -> str:
    items = []
    for key, part in template.fields.items():
        if part is None:
            code = repr(template.type)
        else:
            code = _object(part, names) if isinstance(part, Template) else _value(part, names)
        items.append(f"{key!r}: {code}")
    return f"{{{', '.join(items)}}}"


def _value(leaf: Leaf, names: Names) -> str:
    code = "v"
    for step in (leaf.slot.to_json, completer(leaf.output, leaf.parts)):
        if step is not None:
            code = f"{names.add(step)}({code})"
    value = f"r[{leaf.slot.position}]"
    return value if code == "v" else f"None if (v := {value}) is None else {code}"
