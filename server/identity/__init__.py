"""Who asks: from the header fields of a request to a role and claims. Knows nothing of the database."""
