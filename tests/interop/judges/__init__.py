"""One program for each toolkit: makes the calls of `tests.interop.calls`, prints the answers it read."""
