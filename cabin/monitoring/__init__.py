"""Plugins that watch the car and its driver, and speak up: notices, questions, and a stricter policy.

    vehicle signals -> watch (rate) -> monitor (plugin) -> notice -> pacer (when) -> dialog -> reply
                                           `-> driver state -> policy

docs/driver-monitoring.md builds one from nothing.
"""
