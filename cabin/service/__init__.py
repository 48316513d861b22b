"""The system service seen from outside and inside, for `cabin doctor --as-service`.

- findings.py   one line of the doctor: what, where, seen, expected, what to do next
- unit.py       the unit as systemd holds it, and a process run with all its settings
- inside.py     that process: looks at itself and tells
- identity.py   user, groups, rights, system calls     - places.py    directories and devices
- limits.py     memory, processor, processes           - network.py   the proof that there is none
- hearing.py    configuration, models, microphone
"""
