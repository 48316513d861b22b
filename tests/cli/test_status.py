from __future__ import annotations

from cabin import __version__


def test_for_people(cabin, live):
    live()
    cabin("say", "--live", "open the window", small=False)
    code, out, _ = cabin("status", small=False)
    assert code == 0
    told = dict(line.split("\t") for line in out.splitlines())
    assert told["daemon"].startswith(f"cabin {__version__}, process ")
    assert told["state"] == "ready, normal"
    assert told["results"] == "1 heard, 1 understood, 1 done"
    assert told["privacy"] == "nothing that is said is kept or shown"
    assert "stage parse" in told


def test_for_programs(cabin, live):
    live()
    code, (told,), _ = cabin("status", "--json", small=False)
    assert (code, told["version"], told["phase"], told["step"]) == (0, __version__, "ready", "normal")
    assert told["clients"]["connected"] == 1


def test_for_collectors_and_systemd(cabin, live):
    live()
    code, out, _ = cabin("status", "--metrics", small=False)
    assert (code, out.endswith("# EOF\n")) == (0, True)
    code, out, _ = cabin("status", "--line", small=False)
    assert (code, out.count("\n"), out.startswith("ready, normal; ")) == (0, 1, True)


def test_one_form_at_a_time(cabin, no_daemon):
    assert cabin("status", "--line", "--metrics", small=False)[0] == 2
