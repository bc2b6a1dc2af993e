"""Tests of the clients alone."""
