"""Tests of `signing.pki`."""
