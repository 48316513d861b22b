"""Scenarios: what is said in which car, and what must hold. YAML in, results, a report and JUnit XML out.

    file.yaml -> schema -> cases (one a combination) -> stage (a car, a conversation, virtual time) -> checks -> result

docs/how-to/write-a-scenario.md tells how to write one.
"""
