"""Mutation testing of the verbs: `make mutants`; why our own and what it found: docs/decisions/mutants.md."""
