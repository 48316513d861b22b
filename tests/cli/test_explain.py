from __future__ import annotations


def test_a_refusal_is_explained_with_file_and_line(cabin):
    code, out, _ = cabin("explain", "open the trunk", "--set", "Vehicle.Speed=80")
    assert code == 0
    assert out.startswith("trunk.open: refuse (rule 'moving')")
    assert "policy.yaml:" in out
    assert "Vehicle.Speed: seen 80; applies when above 3" in out
    assert "Vehicle.Speed at most 3" in out


def test_every_rule_looked_at_and_json(cabin):
    assert "no: valet mode (set owner)" in cabin("explain", "open the trunk", "--all")[1]
    code, (told,), _ = cabin("explain", "--json", "open the trunk", "--set", "Vehicle.IsValetModeActive=true")
    assert (code, told["decision"], told["rule"]) == (0, "refuse", "valet mode")
    assert all(rule["where"] for rule in told["rules"] if rule["of"] != "plugins")


def test_who_speaks_and_how_the_driver_is(cabin):
    locked = ["--set", "Vehicle.Cabin.IsWindowChildLockEngaged=true"]
    assert cabin("explain", "--json", "open the window", *locked)[1][0]["decision"] == "allow"
    told = cabin("explain", "--json", "open the window", *locked, "--speaker", "rear_left")[1][0]
    assert told["decision"] == "refuse"
    (told,) = cabin("explain", "--json", "open the window", "--driver", "drowsy:2")[1]
    assert told["strictness"] == 2


def test_nothing_is_done(cabin):
    code, (told,), _ = cabin("explain", "--json", "unlock the door")
    assert (code, told["decision"], told["to_allow"]) == (0, "confirm", ["a yes"])


def test_the_rules_on_writes_are_shown_too(cabin):
    (told,) = cabin("explain", "--json", "open the trunk", "--set", "Vehicle.Speed=80")[1]
    assert {rule["of"] for rule in told["rules"]} >= {"set standstill", "always", "writes"}


def test_what_the_car_cannot_do_is_a_refusal_too(cabin, live):
    (told,) = cabin("explain", "--json", "set the temperature to 90")[1]
    assert (told["decision"], told["rule"]) == ("refuse", "out_of_range")
    assert told["to_allow"] == ["another command: the car cannot do this one"]
    live()
    cabin("say", "--live", "set the temperature to 90", small=False)
    (told,) = cabin("explain", "--last", "--json", small=False)[1]
    assert (told["decision"], told["rule"], told["rules"][0]["of"]) == ("refuse", "out_of_range", "the command")


def test_wrong_use_is_told(cabin, no_daemon):
    for words, part in (
        (["open the trunk", "--speaker", "drivr"], "Did you mean 'driver'?"),
        (["open the trunk", "--driver", "drowzy"], "Did you mean 'drowsy'?"),
        (["open the trunk", "--driver", "drowsy:much"], "no strictness"),
        (["what is the meaning of life"], "nothing to do is understood"),
        (["open the trunk", "--set", "Vehicle.Sped=3"], "Did you mean 'Vehicle.Speed'?"),
        (["open the trunk", "--last"], "--last explains what was"),
        ([], "the text is empty"),
    ):
        code, out, err = cabin("explain", *words)
        assert (code, out) == (2, "")
        assert part in err
    assert cabin("explain", "--last", small=False)[0] == 1


def test_the_daemon_explains_what_it_judged_last(cabin, live):
    daemon = live(transcripts=("self",))
    assert cabin("explain", "--last", small=False)[:2] == (0, "")
    daemon.car.place("Vehicle.Speed", 80.0)
    cabin("say", "--live", "open the trunk", "open the window", small=False)
    code, told, _ = cabin("explain", "--last", "--json", "--count", "2", small=False)
    assert (code, [(each["intent"], each["decision"]) for each in told]) == (
        0,
        [("window.open", "allow"), ("trunk.open", "refuse")],
    )
    daemon.car.place("Vehicle.Speed", 0.0)
    assert "seen 80" in cabin("explain", "--last", "--count", "2", small=False)[1]


def test_the_daemon_is_told_who_speaks(cabin, live):
    daemon = live()
    daemon.car.place("Vehicle.Cabin.IsWindowChildLockEngaged", True)
    for speaker, status in (("rear_left", "refused"), ("driver", "done")):
        (turn,) = cabin("say", "--live", "--json", "--speaker", speaker, "open the window", small=False)[1]
        assert turn["outcomes"][0]["status"] == status
        (told,) = cabin("explain", "--last", "--json", small=False)[1]
        assert told["speaker"] == speaker


def test_words_stay_with_those_who_may_have_them(cabin, live):
    live()
    cabin("say", "--live", "open the window 37", small=False)
    (told,) = cabin("explain", "--last", "--json", small=False)[1]
    assert (told["slots"], told["reason"]) == ({}, "")
    assert "37" not in str(told["rules"])
