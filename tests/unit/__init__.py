"""Tests of single parts, without network and processes."""
