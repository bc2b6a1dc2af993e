"""Tests of `signing.xmldsig`."""
