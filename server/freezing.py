"""What lives long, taken out of the sight of the garbage collector, which would look through it in vain.

What is garbage of cycles by the time it is frozen stays, and with each schema that is built while requests go
on a little of it comes along. So once twice as much is frozen as there was, all of it is looked through.
"""

from __future__ import annotations

import gc

_GROWTH = 2
_sweep_at: list[int] = []
"""How many objects are frozen when all are to be looked through; empty while none are. A process
has one collector."""


def freeze_all() -> None:
    """Looks for garbage everywhere, and freezes what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _sweep_at[:] = [_GROWTH * gc.get_freeze_count()]


def freeze_more() -> None:
    """Freezes what has come since, where `freeze_all` has been called."""
    if _sweep_at:
        gc.freeze()


def collect() -> None:
    """Looks for garbage before more is frozen: everywhere, if that is due."""
    if not _sweep_at:
        return
    if gc.get_freeze_count() >= _sweep_at[0]:
        freeze_all()
    else:
        gc.collect()
