"""Shared by all tests: hypothesis runs the same examples on every machine, without deadlines (machines differ in speed)."""

from hypothesis import settings

settings.register_profile("klar", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("klar")
