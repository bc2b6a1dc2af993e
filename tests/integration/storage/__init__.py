"""Tests of the durable store, on both databases."""
