"""A hand-written server to compare with; runs in an environment of its own."""
