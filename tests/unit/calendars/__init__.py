"""Tests of the production calendar."""
