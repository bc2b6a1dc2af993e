"""Tests of `signing.inspection`."""
