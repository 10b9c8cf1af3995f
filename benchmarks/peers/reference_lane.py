"""`loadstone` with the reference lane alone: `python -m benchmarks.peers.reference_lane serve …`."""

from __future__ import annotations

import sys
from functools import partial

from resolvers.execution import Lane, execute
from server import served
from server.cli import main

if vars(served)["execute"] is not execute:
    raise ImportError("server.served executes operations otherwise: the lane cannot be chosen here")
vars(served)["execute"] = partial(execute, lane=Lane.REFERENCE)

if __name__ == "__main__":
    sys.exit(main())
