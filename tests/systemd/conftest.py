"""Tests of the service in a real systemd."""

from tests.systemd.fixtures import make_box, service_box, staged

__all__ = ["make_box", "service_box", "staged"]
