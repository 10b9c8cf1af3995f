"""GraphiQL as a page that the server itself serves: its assets, the HTML, and examples to open on."""
