"""From the catalogue to the GraphQL schema: naming, the model, types."""
