"""Documents: how they are found, made ready and kept."""
