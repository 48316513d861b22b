"""`cabin bench faults`: break a running daemon in every way we know, and see what holds.

- fault.py         one kind of fault: what is done, what must hold; what came of it
- rig.py           one real `cabin run` with everything that a car has around it
- stand_in.py      systemd's part: READY, the watchdog, a new start after a failure
- microphone.py    a microphone that can be unplugged, silent, late, too fast
- feed.py          what the daemon tells over its socket, across restarts; client.py one request to it
- witness.py       what was written to the car, told by the car itself: twice? late? unasked?
- faulty_plugin.py a plugin for the daemon: a recognizer, a car, hooks and a source that fail when told to
- on_*.py          the faults, a family a file; families.py all of them
- running.py       one after the other, resumed after an interruption; page.py the page of results

Everything is real: processes, models, the capture process with its ring, the control socket. Stands in: systemd, the
microphone's hardware and the car.
"""
