"""Faults of the wire and of what the adapter stands on: what comes of them, and that it goes on."""
