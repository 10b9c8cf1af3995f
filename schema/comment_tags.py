r"""Tags in the comments of a database: lines that begin with `@`. Pure.

    COMMENT ON TABLE track IS E'@name Song\n@maxPageSize 100\nA recorded piece of music.';

A tag stands on a line of its own: `@`, what it sets, and behind a blank to what. The rest of the comment is
the description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from core.suggestions import suggestion
from schema import naming
from schema.object_options import KEYS, ObjectOptions, read_options

if TYPE_CHECKING:
    from schema.object_options import ObjectKind

_TAG = re.compile(r"@([A-Za-z]\w*)(?:[ \t]+(.*))?")
_SWITCHES = {"hidden", "read_only", "version"}
_SETTABLE = {
    naming.camel_case(key): key for key in sorted(frozenset().union(*KEYS.values())) if key != "description"
}
"""What each tag sets; the rest of the comment is the description."""


class Comment(NamedTuple):
    """A comment, taken apart.

    Attributes:
        text: Without its tags; None where nothing is left.
        options: What its tags set.
        warnings: What is wrong with tags, which then have no effect.
    """

    text: str | None
    options: ObjectOptions
    warnings: tuple[str, ...] = ()


_NOTHING = ObjectOptions()


def read_comment(comment: str | None, kind: ObjectKind) -> Comment:
    """The comment of an object of that kind, taken apart."""
    if comment is None or "@" not in comment:
        return Comment(comment, _NOTHING)
    kept, warnings = [], []
    given: dict[str, object] = {}
    for line in comment.split("\n"):
        tag = _TAG.fullmatch(line.rstrip())
        if tag is None:
            kept.append(line)
            continue
        try:
            key, value = _setting(tag[1], tag[2] or "", kind)
            read_options({**given, key: value})
        except ValueError as error:
            warnings.append(f"the tag @{tag[1]} has no effect: {error}")
        else:
            given[key] = value
    if len(kept) == comment.count("\n") + 1:
        return Comment(comment, _NOTHING)
    return Comment("\n".join(kept).strip() or None, read_options(given), tuple(warnings))


def _setting(tag: str, text: str, kind: ObjectKind) -> tuple[str, object]:
    key = _SETTABLE.get(tag)
    if key is None:
        raise ValueError(f"it is not known{suggestion(tag, _SETTABLE)}")
    if key not in KEYS[kind]:
        raise ValueError(f"it cannot be set for a {kind}")
    if key in _SWITCHES:
        return key, {"": True, "true": True, "false": False}.get(text, text)
    return key, int(text) if re.fullmatch(r"[0-9]{1,12}", text) else text
