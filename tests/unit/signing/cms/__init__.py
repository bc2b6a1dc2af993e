"""Tests of `signing.cms`."""
