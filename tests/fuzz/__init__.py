"""Fuzzing of everything that reads foreign signatures; `tests/fuzz/README.md` tells how."""
