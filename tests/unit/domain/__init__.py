"""Tests of the rules of the exchange."""
