"""Test suites for what third parties write: subclass one, give it a fixture, run pytest. Needs pytest."""
