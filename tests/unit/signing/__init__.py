"""Tests of the package `signing`."""
