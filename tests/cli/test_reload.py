from __future__ import annotations

from cabin.errors import ConfigError, Problem


def test_what_was_loaded_anew(cabin, live):
    live()
    assert cabin("reload", small=False)[:2] == (0, "reloaded: configuration, catalog, model\n")
    assert cabin("reload", "--json", small=False)[1] == [{"reloaded": ["configuration", "catalog", "model"]}]


def test_a_wrong_configuration_is_exit_code_2_and_all_of_it_is_told(cabin, live):
    daemon = live()
    daemon.fault = ConfigError(
        [Problem("unknown key 'recogniser'", "cabin.yaml:3"), Problem("another", "cabin.yaml:9")]
    )
    code, out, err = cabin("reload", small=False)
    assert (code, out) == (2, "")
    assert "cabin.yaml:3" in err
    assert "cabin.yaml:9" in err
    assert cabin("say", "--live", "open the window", small=False)[0] == 0
