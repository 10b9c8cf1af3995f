"""Tags in comments, and what is left of the comments."""

from __future__ import annotations

import pytest

from schema.comment_tags import Comment, read_comment
from schema.object_options import ObjectKind, ObjectOptions


@pytest.mark.parametrize(
    ("comment", "text", "options"),
    [
        (None, None, ObjectOptions()),
        ("A song.", "A song.", ObjectOptions()),
        ("@name Song", None, ObjectOptions(name="Song")),
        ("@hidden\nA song.", "A song.", ObjectOptions(hidden=True)),
        ("A song.\r\n@readOnly\r\nSung.", "A song.\r\nSung.", ObjectOptions(read_only=True)),
        ("@hidden false\n\nA song.\n", "A song.", ObjectOptions(hidden=False)),
        ("@cost 3", None, ObjectOptions(cost=3)),
        ("@pageSize 5\n@maxPageSize \t 50 \nx", "x", ObjectOptions(page_size=5, max_page_size=50)),
        ("Mail me@example.org\n @home @work", "Mail me@example.org\n @home @work", ObjectOptions()),
        ("@ home\n@1", "@ home\n@1", ObjectOptions()),
    ],
)
def test_a_tag_is_a_line(comment: str | None, text: str | None, options: ObjectOptions) -> None:
    assert read_comment(comment, ObjectKind.TABLE) == Comment(text, options)


@pytest.mark.parametrize(
    ("line", "kind", "warning"),
    [
        ("@nam Song", ObjectKind.TABLE, "@nam has no effect: it is not known; did you mean name?"),
        ("@read_only", ObjectKind.TABLE, "@read_only has no effect: it is not known; did you mean readOnly?"),
        ("@description x", ObjectKind.TABLE, "@description has no effect: it is not known"),
        ("@name", ObjectKind.TABLE, "@name has no effect: name must be a GraphQL name, not ''"),
        (
            "@name my song",
            ObjectKind.TABLE,
            "@name has no effect: name must be a GraphQL name, not 'my song'",
        ),
        ("@hidden no", ObjectKind.TABLE, "@hidden has no effect: hidden must be true or false, not 'no'"),
        (
            "@maxPageSize all",
            ObjectKind.TABLE,
            "@maxPageSize has no effect: max_page_size must be a whole number from 1 to 1000000, not 'all'",
        ),
        ("@pageSize 5", ObjectKind.COLUMN, "@pageSize has no effect: it cannot be set for a column"),
        ("@inverseName a", ObjectKind.TABLE, "@inverseName has no effect: it cannot be set for a table"),
        ("@version", ObjectKind.TABLE, "@version has no effect: it cannot be set for a table"),
        ("@version 3", ObjectKind.COLUMN, "@version has no effect: version must be true or false, not '3'"),
        ("@hidden", ObjectKind.CONSTRAINT, "@hidden has no effect: it cannot be set for a constraint"),
        ("@name Song", ObjectKind.SCHEMA, "@name has no effect: it cannot be set for a schema"),
    ],
)
def test_a_wrong_tag_is_warned_of_and_left_out(line: str, kind: ObjectKind, warning: str) -> None:
    found = read_comment(f"{line}\nA song.", kind)
    assert found == Comment("A song.", ObjectOptions(), (f"the tag {warning}",))


def test_a_tag_that_contradicts_another_has_no_effect() -> None:
    found = read_comment("@maxPageSize 5\n@pageSize 9", ObjectKind.TABLE)
    assert found.options == ObjectOptions(max_page_size=5)
    assert found.warnings == (
        "the tag @pageSize has no effect: page_size (9) must not be greater than max_page_size (5)",
    )
