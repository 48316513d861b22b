"""A helper for tests: says hello, then sends back what it is sent."""

from __future__ import annotations

import os
import sys

from cabin.replies.helper import HelperEnd

if __name__ == "__main__":
    daemon, told = HelperEnd.begin(sys.argv[1])
    daemon.send({"is": "hello", "word": told["word"]})
    for message, body in daemon.messages():
        if message["do"] == "exit":
            os._exit(0)
        if message["do"] == "nonsense":
            daemon._socket.sendall(b"\xff" * 64)
        else:
            daemon.send(message, body)
