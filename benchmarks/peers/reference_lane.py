"""`loadstone` with the reference lane alone: `python -m benchmarks.peers.reference_lane serve …`."""

from __future__ import annotations

import sys
from functools import partial

from resolvers.execution import Lane, execute
from server import application
from server.cli import main

vars(application)["execute"] = partial(execute, lane=Lane.REFERENCE)

if __name__ == "__main__":
    sys.exit(main())
