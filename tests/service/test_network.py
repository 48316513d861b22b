"""The proof that there is no network: in this process, which has one, and in a namespace of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.service.network import FAMILIES, check_network, check_process, interfaces, own_namespace, try_family

ROOT = Path(__file__).resolve().parents[2]


def refused(_family, _kind):
    raise OSError(97, "Address family not supported by protocol")


def test_a_family_that_is_refused_is_told_by_the_name_of_the_error():
    assert try_family("AF_INET", refused) == "EAFNOSUPPORT"


def test_a_family_that_is_given_is_told_and_closed():
    made = []

    class Made:
        def close(self):
            made.append("closed")

    assert try_family("AF_NETLINK", lambda family, kind: Made()) == ""
    assert made == ["closed"]


def test_a_process_in_the_systems_namespace_fails():
    told = list(check_network(own_namespace(), lambda name: ""))
    assert [each.level for each in told[: len(FAMILIES)]] == ["fail"] * len(FAMILIES)
    assert told[0].what == "a socket of AF_INET is given"
    (namespace,) = [each for each in told if each.what == "a namespace of its own"]
    assert namespace.level == "fail"
    assert namespace.hint


def test_interfaces_are_those_of_the_file(tmp_path):
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "dev").write_text("Inter-| Receive\n face |bytes\n    lo: 1 2\n  eth0: 3 4\n")
    assert interfaces(tmp_path) == ["lo", "eth0"]


def test_a_process_that_is_gone_is_no_finding():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert list(check_process(ended.pid, "net:[1]")) == []


def test_a_namespace_of_its_own_passes():
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("this system makes no namespaces for this user")
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from cabin.service.network import check_network\n"
        f"print([each.level for each in check_network({own_namespace()!r}, lambda name: 'EAFNOSUPPORT')])"
    )
    done = subprocess.run(["unshare", "-rn", sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(["ok"] * (len(FAMILIES) + 2))
