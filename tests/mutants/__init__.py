"""Mutation testing of `adapter.domain`: is there a test that notices when a rule is changed?

cosmic-ray makes the mutants. Each lives in a process of its own, where the import of one module gives the
mutated code; no file is touched. Only tests that run the changed line are asked: a run with coverage tells.
"""
