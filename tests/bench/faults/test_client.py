from __future__ import annotations

import json
import socket
import threading

import pytest

from cabin.bench.faults.client import RefusedError, ask, connect, send_raw


@pytest.fixture
def serve(tmp_path):
    """Answer each line with what a function makes of it; None hangs up."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = tmp_path / "s"
    listener.bind(str(path))
    listener.listen(4)

    def start(answer):
        def run():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    told = answer(client.recv(65536))
                    if told is not None:
                        client.sendall(told)

        threading.Thread(target=run, daemon=True).start()
        return path

    yield start
    listener.close()


def test_the_result_of_a_request_is_found_among_other_lines(serve):
    def answer(data):
        assert json.loads(data) == {"v": 1, "id": 1, "request": "say", "text": "hello"}
        return b'{"event":"hello"}\n{"id":1,"ok":true,"result":{"heard":true}}\n'

    assert ask(serve(answer), "say", text="hello") == {"heard": True}


def test_a_refusal_is_told_with_its_code(serve):
    path = serve(lambda _data: b'{"id":1,"ok":false,"error":{"code":"busy","message":"later"}}\n')
    with pytest.raises(RefusedError, match="later") as caught:
        ask(path, "status")
    assert caught.value.code == "busy"


def test_one_that_hangs_up_and_one_that_is_not_there(serve, tmp_path):
    with pytest.raises(ConnectionError):
        ask(serve(lambda _data: None), "status")
    with pytest.raises(FileNotFoundError):
        connect(tmp_path / "nobody")


def test_bytes_are_sent_as_they_are(serve):
    assert send_raw(serve(lambda data: data[::-1]), b"\xffabc\n") == b"\ncba\xff"
