"""User, groups and rights."""

from __future__ import annotations

import grp
import os
import pwd

from cabin.service.identity import check_identity, check_rights, read_status

GOOD = {"CapBnd": "0000000000000000", "CapEff": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}


def levels(findings):
    return [each.level for each in findings]


def test_this_user_and_its_group():
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    told = list(check_identity(user, [group]))
    assert levels(told) == ["ok" if os.getuid() else "fail", "ok"], "root is never right"


def test_another_user_and_a_group_that_is_not_had():
    told = list(check_identity("nobody-like-this", ["no-such-group"]))
    assert levels(told) == ["fail", "fail"]
    assert "groupadd --system no-such-group" in told[1].hint


def test_rights_as_they_should_be():
    assert levels(check_rights({**GOOD, "Seccomp_filters": "30"})) == ["ok", "ok", "ok"]


def test_each_right_too_many_is_told():
    assert levels(check_rights({**GOOD, "CapBnd": "000001ffffffffff"})) == ["fail", "ok", "ok"]
    assert levels(check_rights({**GOOD, "CapEff": "0000000000000400"})) == ["fail", "ok", "ok"]
    assert levels(check_rights({**GOOD, "NoNewPrivs": "0"})) == ["ok", "fail", "ok"]
    assert levels(check_rights({**GOOD, "Seccomp": "0"})) == ["ok", "ok", "fail"]
    assert levels(check_rights({})) == ["fail", "fail", "fail"]


def test_the_kernels_file_is_read():
    assert read_status()["Pid"] == str(os.getpid())
