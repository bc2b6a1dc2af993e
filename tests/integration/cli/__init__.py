"""Tests of the command line with a real adapter or as a process of its own."""
