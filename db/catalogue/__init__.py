"""The typed picture of a database (`model`) and how it is read (`reflect`)."""
