"""The car: its signals, what may be done when, and how a command becomes signals that are read back."""
