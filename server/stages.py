"""What the stages of a request hand on, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from db.identity import Identity
    from server.admission.account import Account
    from server.admission.opening import Admission
    from server.admission.receipt import Receipt
    from server.caching.opening import Caching
    from server.documents.kept import KnownDocument
    from server.documents.limits import DocumentLimits
    from server.documents.persisted import DocumentText, PersistedDocuments
    from server.engines import Engine, Engines
    from server.http.decoding import GraphQLRequest

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may ask for, from the settings.

    Attributes:
        max_body_bytes: Length of a body.
        max_batch_operations: Operations that one request may have, as an array; 0 for no arrays.
        document: What a document may have.
        max_cost: Units that a request may cost at the most, by estimate.
        request_timeout: Seconds of execution, of waiting for a body, and for the schema of a role.
        introspection: Whether `__schema` and `__type` are answered to anybody; to those who say who they are,
            they always are.
        suggestions: Whether messages may name what the caller could have meant.
        explain: Whether the plan may be asked for.
    """

    max_body_bytes: int
    max_batch_operations: int
    document: DocumentLimits
    max_cost: int
    request_timeout: float
    introspection: bool
    suggestions: bool
    explain: bool


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of requests share.

    Attributes:
        limits: What a request may ask for.
        engines: What answers operations, and tells who asks.
        documents: Finds the texts of documents.
        admission: What operations are paid from; None where nobody has a budget.
        caching: Keeps answers; None where none are kept.
    """

    limits: Limits
    engines: Engines
    documents: PersistedDocuments
    admission: Admission | None = None
    caching: Caching | None = None


class Caller(NamedTuple):
    """Who sent a request, what answers them, and who pays; nobody where they have no budget."""

    identity: Identity
    is_anonymous: bool
    engine: Engine
    account: Account | None = None


class Prepared(NamedTuple):
    """A valid document with its operation to run, its text, and the request it came with."""

    request: GraphQLRequest
    caller: Caller
    text: DocumentText
    document: KnownDocument


class Estimated(NamedTuple):
    """A prepared request, and how many units it costs at the most."""

    prepared: Prepared
    cost: int


class Admitted(NamedTuple):
    """An operation that may run, and what it has paid; None where nobody pays, or wants to know."""

    prepared: Prepared
    receipt: Receipt | None


class Waiting(Protocol):
    """How long, and for whom, work is done."""

    def while_connected(self, work: Awaitable[_T], seconds: float) -> Awaitable[_T]:
        """The result of the work, which is cancelled when its time is over or nobody waits for it.

        Raises:
            OverdueError: It took longer.
            ClientGoneError: The client left.
        """
