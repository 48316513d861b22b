from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.control.activation import bind_socket, is_alive, taken_over
from cabin.errors import ControlError

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import os, sys
sys.path[:0] = [{root!r}, {root!r} + "/plugins"]
from pathlib import Path
from cabin.control.activation import bind_socket
from cabin.errors import ControlError
try:
    listening = bind_socket(Path(sys.argv[1]))
except ControlError as error:
    print(error, flush=True)
else:
    print("bound", flush=True)
    sys.stdin.read()
"""


def other_daemon(path):
    """Bind in a process of its own; return it and what it said."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(root=str(ROOT)), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return child, child.stdout.readline()


def finish(child):
    child.kill()
    child.communicate()


def test_made_with_its_rights_and_removed_at_the_end(tmp_path):
    path = tmp_path / "run" / "control.sock"
    listening = bind_socket(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_alive(path)
    assert sorted(each.name for each in path.parent.iterdir()) == ["control.sock", "control.sock.lock"]
    listening.close()
    assert not path.exists()
    again = bind_socket(path, 0o666)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    again.close()


def test_what_a_killed_daemon_left_is_replaced(tmp_path):
    path = tmp_path / "control.sock"
    child, said = other_daemon(path)
    assert said == "bound\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert path.exists()
    assert not is_alive(path)
    listening = bind_socket(path)
    assert is_alive(path)
    listening.close()


def test_two_daemons_are_refused_with_the_others_process(tmp_path):
    path = tmp_path / "control.sock"
    child, said = other_daemon(path)
    try:
        assert said == "bound\n"
        with pytest.raises(ControlError) as caught:
            bind_socket(path)
        told = str(caught.value)
        assert "another daemon" in told
        assert f"process {child.pid}" in told
        assert "cabin stop" in told
        assert is_alive(path)
    finally:
        finish(child)


def test_a_daemon_that_hangs_is_alive(tmp_path):
    path = tmp_path / "control.sock"
    child, _ = other_daemon(path)
    try:
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(ControlError, match="another daemon"):
            bind_socket(path)
        assert is_alive(path)
    finally:
        finish(child)


def test_somebody_else_without_a_lock_who_listens_there(tmp_path):
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(ControlError, match="somebody listens"):
            bind_socket(path)
        assert is_alive(path)


def test_what_is_no_socket_is_left_alone(tmp_path):
    path = tmp_path / "control.sock"
    path.write_text("mine")
    with pytest.raises(ControlError, match="something else"):
        bind_socket(path)
    assert path.read_text() == "mine"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ControlError, match="something else"):
        bind_socket(path)


@pytest.mark.parametrize("path", ["/proc/none/control.sock", "/dev/null/control.sock"])
def test_where_nothing_can_be_made(path):
    with pytest.raises(ControlError, match=r"control\.socket"):
        bind_socket(Path(path))


def test_another_daemons_file_is_not_removed(tmp_path):
    path = tmp_path / "control.sock"
    listening = bind_socket(path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        listening.close()
        assert path.exists()


def activated(code, listeners, pid="$$"):
    """Run a child to which `listeners` are handed over as systemd does; return what it prints."""
    numbers = [each.fileno() for each in listeners]
    moves = "; ".join(f"exec {3 + i}<&{number}" for i, number in enumerate(numbers))
    script = f'{moves}; LISTEN_PID={pid} LISTEN_FDS={len(numbers)} exec "$0" -c "$1"'
    prelude = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'plugins')!r}]\n"
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, prelude + code],
        pass_fds=[*numbers],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


TAKE = """
import json, os, subprocess
from cabin.control.activation import taken_over
from cabin.errors import ControlError
try:
    taken = taken_over()
except ControlError as error:
    print(json.dumps(str(error)))
else:
    left = [name for name in os.environ if name.startswith("LISTEN_")]
    fds = [each.socket.fileno() for each in taken]
    print(json.dumps([fds, left, [os.get_inheritable(fd) for fd in fds], [each.path for each in taken]]))
"""


@pytest.fixture
def listener(tmp_path):
    # high numbers, so that they do not lie where the child's own go
    with socket.socket(socket.AF_UNIX) as low:
        low.bind(str(tmp_path / "a.sock"))
        low.listen()
        number = os.dup2(low.fileno(), 90)
    with socket.socket(fileno=number) as high:
        yield high


def test_systemds_socket_is_taken_over_and_not_handed_on(listener):
    assert activated(TAKE, [listener]) == [[3], [], [False], [None]]


def test_what_is_meant_for_another_process_is_left(listener):
    assert activated(TAKE, [listener], pid="1")[0] == []


def test_what_is_no_listening_unix_stream_is_refused(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
        datagram.bind(str(tmp_path / "d.sock"))
        with socket.socket(fileno=os.dup2(datagram.fileno(), 91)) as high:
            assert "SOCK_DGRAM" in activated(TAKE, [high])
    with (tmp_path / "f").open("w") as file:
        os.dup2(file.fileno(), 92)
        with os.fdopen(92, "w") as high:
            assert "no socket" in activated(TAKE, [high])


@pytest.mark.parametrize("environ", [{}, {"LISTEN_PID": "x"}, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "-1"}])
def test_nothing_is_handed_over(environ):
    assert taken_over(environ) == []
    assert environ == {}
