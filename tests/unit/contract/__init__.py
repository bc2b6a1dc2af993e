"""Tests of the contract in code."""
