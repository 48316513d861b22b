"""Who speaks: the names of the voices of scripts/voices, and which of them are kept out of all tuning."""

from __future__ import annotations

from collections.abc import Sequence

from cabin.errors import Problem, UsageError, nearest

__all__ = ["GROUPS", "HIBARI", "KEPT", "KOKORO", "TUNING", "VOICES", "choose_voices"]

HIBARI = "hibari"
"""The voice of replies."""

KOKORO = (
    *("af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river"),
    *("af_sarah", "af_sky", "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_michael", "am_onyx"),
    *("am_puck", "am_santa", "bf_alice", "bf_emma", "bf_isabella", "bf_lily"),
    *("bm_daniel", "bm_fable", "bm_george", "bm_lewis"),
)
"""Kokoro-82M's English speakers: American (a) and British (b), f and m."""

KEPT = ("af_aoede", "af_nicole", "af_river", "am_echo", "am_eric", "am_onyx", "bf_isabella", "bm_daniel")
"""Kept out of all tuning: no threshold, strength or training text may be chosen by how these are understood.

Chosen before anything was measured: in the proportion of the 28 (three American women, one of whom whispers, three
American men, a British woman and man), among those who speak in no bundled recording. What they had said when the
words that Moonshine mishears were collected (140 of 2,036 recordings) was taken out of cabin/slm/misheard.yaml again;
the shipped intent model was trained before that.
"""

TUNING = tuple(voice for voice in (*KOKORO, HIBARI) if voice not in KEPT)
"""Those by which things may be chosen."""

VOICES = (*KOKORO, HIBARI)

GROUPS = {"kept": KEPT, "tuning": TUNING, "all": VOICES}
"""Names for many voices at once."""


def choose_voices(names: Sequence[str]) -> tuple[str, ...]:
    """Return the voices of names and groups, each once, in the order of VOICES. Raises UsageError, all wrong told."""
    known = (*GROUPS, *VOICES)
    wrong = [
        Problem("unknown voice", "--voices", name, hint=nearest(name, known)) for name in names if name not in known
    ]
    if wrong or not names:
        expected = f"{', '.join(GROUPS)} or names of voices"
        raise UsageError(wrong or Problem("no voice is named", "--voices", expected=expected))
    chosen = {voice for name in names for voice in GROUPS.get(name, (name,))}
    return tuple(voice for voice in VOICES if voice in chosen)
