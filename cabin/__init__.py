"""cabin: an always-on, fully offline voice-command service for vehicles.

Importing this package loads no audio library, no torch and opens no socket; every part is imported where it is used.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
