"""The daemon: `cabin run`. docs/architecture.md says which process does what, and why.

- settings.py    section `daemon` of cabin.yaml
- frames.py      length-prefixed messages on a socket; letters.py what main process and worker tell each other
- worker.py      the worker process: ears.py its detector and endpointer, mind.py its recognizer and parser
- hearing_setup.py  what a worker is made from
- link.py        one worker process as the main process sees it; keeper.py keeps one alive
- conductor.py   what becomes of an utterance
- remote.py      the worker's parser for the main process
- flights.py     utterances between endpoint and acting: each acts at most once, none late
- acting.py      the thread on which the car is acted on
- sources.py     where sound comes from; pump.py brings it to the worker
- dry_run.py     a car that is none, for selftest.py; timed_car.py one that remembers when it was written to
- telling.py     what happens, to those who watch; journal.py to the log
- meters.py      counts and times; processes.py what the kernel tells of processes
- notify.py      systemd's notification protocol; watchdog.py when it is fed
- target.py      the daemon as the control socket sees it; ladder.py its budget
- options.py, opening.py  the parts out of command line and configuration
- daemon.py      all of them together
"""
