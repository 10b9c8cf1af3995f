"""Whether a document is valid: graphql-core's rules, in time that is linear in its length.

Rules of graphql-core are as they are, but for these:

- Names are not visited, as no rule looks at them: they are half of all nodes.
- Fields that are nothing but the name of a leaf, which their type has and which needs no arguments, are not
  shown to rules: none has anything to say about them.
- Directives that are given twice are looked for where directives may be, not at each node.
- What variables are used for is noted on the way, where graphql-core visits the whole document once more.
- Names are suggested with the first errors only, and among few: each takes up to 0.1 ms to compare.
- Of a long literal only the first error is told: each message repeats the whole of what is wrong.
- Fields that cannot be merged are looked for by `merging`, when nothing else is wrong: what is valid but for
  that is easier to go through.
- The rules of `@defer` and `@stream` are left out: the schema has neither, so both are unknown directives.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from graphql import (
    SKIP,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    TypeInfo,
    VariableDefinitionNode,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    specified_rules,
    visit,
)
from graphql.language import Visitor
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import EnterLeaveVisitor
from graphql.utilities import validate_input_literal
from graphql.validation import (
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    UniqueDirectivesPerLocationRule,
    ValidationContext,
    ValidationRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)
from graphql.validation.rules.defer_stream_directive_label import DeferStreamDirectiveLabel
from graphql.validation.rules.defer_stream_directive_on_root_field import DeferStreamDirectiveOnRootField
from graphql.validation.rules.defer_stream_directive_on_valid_operations_rule import (
    DeferStreamDirectiveOnValidOperationsRule,
)
from graphql.validation.rules.stream_directive_on_list_field import StreamDirectiveOnListField
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import VariableUsage

from server.documents.merging import conflicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import (
        ASTValidationRule,
        DirectiveNode,
        DocumentNode,
        GraphQLInputType,
        GraphQLNamedType,
        GraphQLSchema,
        NamedTypeNode,
        Node,
        SelectionSetNode,
        ValueNode,
        VariableNode,
        VisitorAction,
    )

    from server.documents.limits import DocumentLimits

MAX_ERRORS = 10
"""How many errors are told."""

MAX_NODES = 10
"""How many places are told of one error."""

MAX_SUGGESTIONS = 3
"""With how many errors names are suggested."""

MAX_NAMES = 1000
"""Among how many names of types, fields or values those are looked for that are suggested."""

LONG_LITERAL = 500
"""Length in characters from which a literal is long."""

_KEYS = {
    kind: tuple(key for key in keys if key not in {"name", "alias", "description"})
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}

_APART = {
    # By themselves, after the others.
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    VariablesInAllowedPositionRule,
    OverlappingFieldsCanBeMergedRule,
    # In another way.
    KnownTypeNamesRule,
    UniqueDirectivesPerLocationRule,
    ValuesOfCorrectTypeRule,
    # Without anything to find.
    DeferStreamDirectiveLabel,
    DeferStreamDirectiveOnRootField,
    DeferStreamDirectiveOnValidOperationsRule,
    StreamDirectiveOnListField,
}


class _UniqueDirectives(ValidationRule):
    """UniqueDirectivesPerLocationRule for executable documents."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._unique = {each.name for each in context.schema.directives if not each.is_repeatable}

    def _check(self, node: Any, *_: object) -> None:
        if len(node.directives or ()) < 2:  # noqa: PLR2004 - one is unique
            return
        seen: dict[str, DirectiveNode] = {}
        for directive in node.directives:
            name = directive.name.value
            if name in seen and name in self._unique:
                message = f"The directive '@{name}' can only be used once at this location."
                self.report_error(GraphQLError(message, [seen[name], directive]))
            seen.setdefault(name, directive)

    enter_operation_definition = enter_fragment_definition = enter_variable_definition = _check
    enter_field = enter_fragment_spread = enter_inline_fragment = _check


class _KnownTypeNames(KnownTypeNamesRule):
    """The rule, which says that it looks among all types."""

    context: _Context

    def enter_named_type(self, node: NamedTypeNode, *args: Any) -> None:
        self.context.among_types = True
        super().enter_named_type(node, *args)
        self.context.among_types = False


class _ValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """The rule with one error of a long literal."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Called for each literal."""
        if input_type is None:
            return SKIP
        is_long = node.loc is not None and node.loc.end - node.loc.start > LONG_LITERAL

        def tell(error: GraphQLError, _path: object) -> None:
            self.report_error(error)
            if is_long:
                raise _ToldError

        with suppress(_ToldError):
            validate_input_literal(node, input_type, tell, None, None, self.context.hide_suggestions)
        return SKIP


class _ToldError(Exception):
    """Enough is told of a literal."""


_RULES: tuple[type[ASTValidationRule], ...] = (
    *(rule for rule in specified_rules if rule not in _APART),
    _KnownTypeNames,
    _UniqueDirectives,
    _ValuesOfCorrectType,
)

_Definition = OperationDefinitionNode | FragmentDefinitionNode


class _Context(ValidationContext):
    """What rules know of the document; what variables are used for is noted when it is visited.

    Nodes are known by their identity: graphql-core's hashes of all that is in them take a third of the time.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        errors: _Errors,
        limits: DocumentLimits,
        *,
        hide: bool,
    ) -> None:
        self.type_info = TypeInfo(schema)
        self.usages: dict[int, list[VariableUsage]] = {}
        self.among_types = False
        self._errors = errors
        self._limits = limits
        self._uses_left = limits.max_uses
        self._all_usages: dict[int, list[VariableUsage]] = {}
        self._spreads: dict[int, list[FragmentSpreadNode]] = {}
        super().__init__(schema, document, self.type_info, errors.add, hide)

    @property
    def hide_suggestions(self) -> bool:
        return (
            self._hide_suggestions
            or (self.among_types and len(self.schema.type_map) > MAX_NAMES)
            or len(self._errors.all) >= MAX_SUGGESTIONS
            or _has_many_names(self.type_info.get_parent_type())
            or _has_many_names(get_named_type(self.type_info.get_input_type()))
        )

    def get_variable_usages(self, node: _Definition) -> list[VariableUsage]:
        return self.usages[id(node)]

    def get_recursive_variable_usages(self, operation: OperationDefinitionNode) -> list[VariableUsage]:
        usages = self._all_usages.get(id(operation))
        if usages is None:
            fragments = self.get_recursively_referenced_fragments(operation)
            definitions = (operation, *fragments)
            usages = [usage for definition in definitions for usage in self.usages[id(definition)]]
            self._all_usages[id(operation)] = usages
            self._uses_left -= len(usages)
            if self._uses_left < 0:
                message = (
                    f"The operations use variables more than {self._limits.max_uses} times, which max_tokens"
                    f" ({self._limits.max_tokens}) allows; uses in fragments count for each operation."
                )
                self.report_error(GraphQLError(message))
                raise ValidationAbortedError(message)
        return usages

    def get_fragment_spreads(self, node: SelectionSetNode) -> list[FragmentSpreadNode]:
        spreads = self._spreads.get(id(node))
        if spreads is None:
            spreads = self._spreads[id(node)] = []
            pending = [node]
            while pending:
                for selection in pending.pop().selections:
                    if isinstance(selection, FragmentSpreadNode):
                        spreads.append(selection)
                    elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                        pending.append(selection.selection_set)
        return spreads


def _has_many_names(named: Any) -> bool:
    names = getattr(named, "fields", None) or getattr(named, "values", None) or ()
    return len(names) > MAX_NAMES


class _NoteUsages(Visitor):
    """Notes what variables are used for."""

    def __init__(self, context: _Context) -> None:
        super().__init__()
        self._context = context
        self._usages: list[VariableUsage] = []

    def _enter(self, node: _Definition, *_: object) -> None:
        self._usages = self._context.usages[id(node)] = []

    enter_operation_definition = enter_fragment_definition = _enter

    def enter_variable(self, node: VariableNode, _key: object, parent: object, *_: object) -> None:
        if isinstance(parent, VariableDefinitionNode):
            return
        info = self._context.type_info
        default = info.get_default_value()
        self._usages.append(
            VariableUsage(node, info.get_input_type(), info.get_parent_input_type(), default, None)
        )


class _Together(Visitor):
    """graphql-core's TypeInfoVisitor of a ParallelVisitor, which asks only visitors that a node concerns."""

    def __init__(self, type_info: TypeInfo, visitors: Sequence[Visitor]) -> None:
        super().__init__()
        self._type_info = type_info
        self._visitors = visitors
        self._skipped: list[Node | None] = [None] * len(visitors)
        self._leaves: dict[int, frozenset[str]] = {}

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        known = self.enter_leave_map.get(kind)
        if known is None:
            known = self.enter_leave_map[kind] = self._together(kind)
        return known

    def _together(self, kind: str) -> EnterLeaveVisitor:
        each = [visitor.get_enter_leave_for_kind(kind) for visitor in self._visitors]
        enters = [(number, one.enter) for number, one in enumerate(each) if one.enter is not None]
        leaves = [(number, one.leave) for number, one in enumerate(each) if one.enter or one.leave]
        type_info, skipped = self._type_info, self._skipped
        is_field = kind == FieldNode.kind

        def enter(node: Node, *args: Any) -> VisitorAction:
            if is_field and self._is_plain_leaf(node):
                return SKIP
            type_info.enter(node)
            for number, visitor in enters:
                if skipped[number] is None and visitor(node, *args) is SKIP:
                    skipped[number] = node
            return None

        def leave(node: Node, *args: Any) -> None:
            for number, visitor in leaves:
                if skipped[number] is None:
                    if visitor is not None:
                        visitor(node, *args)
                elif skipped[number] is node:
                    skipped[number] = None
            type_info.leave(node)

        return EnterLeaveVisitor(enter, leave)

    def _is_plain_leaf(self, node: Any) -> bool:
        if node.selection_set is not None or node.arguments or node.directives:
            return False
        parent = self._type_info.get_parent_type()
        leaves = self._leaves.get(id(parent))
        if leaves is None:
            leaves = self._leaves[id(parent)] = _plain_leaves(parent)
        return node.name.value in leaves


def _plain_leaves(parent: GraphQLNamedType | None) -> frozenset[str]:
    """Names of the fields of a type that may be selected as they are."""
    if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or parent.name.startswith("__"):
        return frozenset()
    return frozenset(
        name
        for name, field in parent.fields.items()
        if is_leaf_type(get_named_type(field.type))
        and not any(map(is_required_argument, field.args.values()))
    )


class _Errors:
    """The errors that are told: once there are enough, validation ends."""

    def __init__(self) -> None:
        self.all: list[GraphQLError] = []

    def add(self, error: GraphQLError) -> None:
        nodes = error.nodes or []
        self.all.append(error if len(nodes) <= MAX_NODES else GraphQLError(error.message, nodes[:MAX_NODES]))
        if len(self.all) >= MAX_ERRORS:
            raise ValidationAbortedError("Too many errors.")


def validation_errors(
    schema: GraphQLSchema,
    document: DocumentNode,
    limits: DocumentLimits,
    *,
    introspection: bool,
    suggestions: bool,
) -> list[GraphQLError]:
    """What is wrong with a document, at most so many errors as are told.

    Args:
        schema: What it is to be valid for.
        document: It is within the limits.
        limits: How much it may ask for.
        introspection: Whether it may ask for the schema.
        suggestions: Whether messages may name what the caller could have meant.
    """
    errors = _Errors()
    context = _Context(schema, document, errors, limits, hide=not suggestions)
    rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
    visitor = _Together(context.type_info, [_NoteUsages(context), *(rule(context) for rule in rules)])
    try:
        visit(document, visitor, _KEYS)
        _check_variables(context)
    except ValidationAbortedError as aborted:
        if not errors.all:  # a bound of graphql-core's own
            return [GraphQLError(aborted.message)]
    if errors.all:
        return errors.all
    return conflicts(schema, document, max_errors=MAX_ERRORS, max_work=2 * limits.max_selections)


def _check_variables(context: _Context) -> None:
    unused, undefined = NoUnusedVariablesRule(context), NoUndefinedVariablesRule(context)
    positions = VariablesInAllowedPositionRule(context)
    for definition in context.document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            unused.enter_operation_definition(definition)
            undefined.enter_operation_definition(definition)
            positions.enter_operation_definition(definition)
            positions.leave_operation_definition(definition)
