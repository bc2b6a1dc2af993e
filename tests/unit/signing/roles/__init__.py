"""Tests of `signing.roles`."""
