"""From a selection to an answer: what the schema is bound to, planning, and the reference lane."""
