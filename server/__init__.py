"""The service: settings, HTTP, the request pipeline, the command line. Knows nothing of SQL."""
