"""What every layer may use: errors, events, timing. Imports nothing of ours."""
