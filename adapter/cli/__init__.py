"""The command line of the adapter, `mse-adapter`."""

from adapter.cli.program import app, main

__all__ = ["app", "main"]
