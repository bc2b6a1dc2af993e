"""Faults of what the adapter stands on: what a caller is told, that nothing is half done, that it goes on."""
