"""The running daemon, spoken to over its socket: JSON lines, versioned, each peer with the rights that it was given.

- settings.py     section `control` of cabin.yaml
- protocol.py     every request and event with its dataclass; status.py and turns.py what is answered
- wire.py         lines of JSON from and into those dataclasses
- target.py       what the socket speaks to: the seam to the daemon; feed.py its events
- chain_target.py that seam over a chain
- peers.py        who is at the other end, and what they may do
- limits.py       lines, rates
- session.py      one connection; server.py all of them
- activation.py   where the socket comes from: systemd or our own, never two daemons on one
- location.py     where the socket is
- client.py       CabinClient, for programs
- metrics.py      status as OpenMetrics; status_text.py as lines for people
"""
