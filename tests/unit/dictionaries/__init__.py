"""Tests of the dictionaries and local registers."""
