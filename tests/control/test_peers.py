from __future__ import annotations

import grp
import os
import pwd
import socket

import pytest

from cabin.control.peers import Access, Peer, peer_of
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError

EVERYDAY = {"watch", "talk", "command", "admin"}
OWN = 1000


def rights(peer, **lists):
    return Access(ControlConfig(**lists), OWN).rights(peer)


def test_the_kernel_tells_who_is_at_the_other_end():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        peer = peer_of(ours)
    assert (peer.uid, peer.pid) == (os.geteuid(), os.getpid())
    assert peer.groups >= {os.getegid(), *os.getgroups()}


def test_groups_by_the_user_database_where_the_kernel_does_not_tell(monkeypatch):
    monkeypatch.setattr("cabin.control.peers._SO_PEERGROUPS", 12345)
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert os.getegid() in peer_of(ours).groups


def test_own_user_and_root_may_all_but_see_what_was_said_others_nothing():
    assert rights(Peer(OWN, frozenset({OWN}))) == EVERYDAY
    assert rights(Peer(0, frozenset({0}))) == EVERYDAY
    for stranger in (1, 999, 1001, 65534):
        assert rights(Peer(stranger, frozenset({stranger, 0, OWN}))) == frozenset()


def test_each_right_stands_for_itself():
    lists = {"watch": ("gid:29",), "talk": ("uid:5",), "command": ("everyone",), "admin": ("uid:6",)}
    assert rights(Peer(5, frozenset({5})), **lists) == {"talk", "command"}
    assert rights(Peer(6, frozenset({6, 29})), **lists) == {"admin", "command", "watch"}
    assert rights(Peer(7, frozenset({7})), **lists) == {"command"}


def test_transcripts_are_for_those_listed_only():
    own = Peer(OWN, frozenset({OWN}))
    assert "transcripts" not in rights(own)
    assert "transcripts" in rights(own, transcripts=("self",))
    assert "transcripts" not in rights(Peer(0, frozenset({0})), transcripts=("self",))
    assert not Access(ControlConfig(), OWN).shares_transcripts
    assert Access(ControlConfig(transcripts=("gid:7",)), OWN).shares_transcripts


def test_names_are_looked_up():
    user, group = pwd.getpwall()[-1], grp.getgrall()[-1]
    assert "talk" in rights(Peer(user.pw_uid, frozenset()), talk=(f"user:{user.pw_name}",))
    assert "talk" in rights(Peer(54321, frozenset({group.gr_gid})), talk=(f"group:{group.gr_name}",))


def test_unknown_names_are_all_told():
    with pytest.raises(ConfigError) as caught:
        Access(ControlConfig(watch=("user:nobody-such",), admin=("group:none-such",)), OWN)
    assert len(caught.value.problems) == 2
    assert "control.admin" in str(caught.value)


@pytest.mark.parametrize(
    ("lists", "lets_in"),
    [
        ({}, False),
        ({"watch": ("self", "uid:0")}, False),
        ({"talk": ("uid:7",)}, True),
        ({"watch": ("everyone",)}, True),
    ],
)
def test_whether_the_socket_must_be_open_to_others(lists, lets_in):
    assert Access(ControlConfig(**lists), OWN).lets_others_in is lets_in
