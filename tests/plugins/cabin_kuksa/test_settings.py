from __future__ import annotations

from pathlib import Path

import pytest

from cabin.config.plain import bind_plain
from cabin.errors import ConfigError
from cabin_kuksa.settings import KuksaSettings


def settings(**section):
    return bind_plain(KuksaSettings, section, "interfaces.kuksa")


def test_an_empty_section_is_a_broker_on_this_machine():
    assert settings() == KuksaSettings()
    assert (settings().host, settings().port, settings().tls) == ("127.0.0.1", 55555, False)


def test_every_key_is_taken():
    found = settings(host="broker", port=1, tls=True, root_ca="ca.pem", token_file="t", paths={"A.B": "A.C"})
    assert (found.host, found.port, found.root_ca, found.paths["A.B"]) == ("broker", 1, Path("ca.pem"), "A.C")


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"prot": 1}, "port"),
        ({"port": 0}, "1 to 65535"),
        ({"port": "x"}, "interfaces.kuksa.port"),
        ({"root_ca": "ca.pem"}, "root_ca means nothing without tls"),
        ({"tls": True, "client_key": "k.pem"}, "belong together"),
        ({"paths": {"A": "C", "B": "C"}}, "same signal"),
    ],
)
def test_mistakes_are_told_with_their_key(section, told):
    with pytest.raises(ConfigError, match=told):
        settings(**section)


def test_all_mistakes_at_once():
    with pytest.raises(ConfigError) as caught:
        settings(prot=1, port=-1)
    assert len(caught.value.problems) == 2
