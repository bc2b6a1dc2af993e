"""Tests that use real databases, sockets and processes."""
