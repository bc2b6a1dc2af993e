"""Benchmarks: ratios inside one run are the result."""
