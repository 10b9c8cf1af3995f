"""PostgreSQL: what the database holds (`catalogue`), what is asked of it, and asking it."""
