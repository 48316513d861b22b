"""Options that parse, say, hear and demo share, and the chain that they open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.cli.app import App
    from cabin.control.protocol import Speaker

__all__ = [
    "catalog_option",
    "checked_text",
    "json_option",
    "model_option",
    "open_app_chain",
    "set_option",
    "speaker_of",
    "speaker_option",
    "yes_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line on standard output.")
model_option = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Use this intent model; `none`: only sentences that a catalog's template matches word for word.",
)
catalog_option = click.option(
    "--catalog",
    "catalogs",
    type=click.Path(path_type=Path),
    metavar="DIR",
    multiple=True,
    help="Use this catalog instead of the plugins' (repeatable).",
)
set_option = click.option(
    "--set",
    "settings",
    metavar="SIGNAL=VALUE",
    multiple=True,
    help="Set a signal of the simulated car first (repeatable).",
)
speaker_option = click.option(
    "--speaker", metavar="SEAT", help="Who speaks: driver, passenger, rear_left or rear_right; else it is not known."
)
yes_option = click.option("--yes", is_flag=True, help="Answer yes when asked before something is done.")


def open_app_chain(
    app: App, model: Path | None = None, catalogs: Sequence[Path] = (), settings: Sequence[str] = ()
) -> Chain:
    """Make the chain as configured, with the car as --set wants it. Raises CabinError for all that is wrong."""
    from cabin.assembly import open_chain, place

    chain = open_chain(
        app.plugins,
        app.config,
        app.vehicle_config,
        policy_file=app.config_file("policy.yaml"),
        model=model,
        catalogs=catalogs,
        model_dir=app.model_dir,
    )
    place(chain.vehicle, settings)
    return chain


def speaker_of(speaker: str | None) -> Speaker:
    """Return who speaks as policy names it. Raises UsageError for what is no seat."""
    from cabin.errors import Problem, UsageError, nearest
    from cabin.vehicle.circumstances import SPEAKERS, UNKNOWN_SPEAKER

    known = (*SPEAKERS, UNKNOWN_SPEAKER)
    if speaker is not None and speaker not in known:
        raise UsageError(Problem("no seat", "--speaker", repr(speaker), ", ".join(known), nearest(speaker, known)))
    return cast("Speaker", speaker or UNKNOWN_SPEAKER)


def checked_text(words: Sequence[str]) -> str:
    """Return the words of the command line as one text.

    Raises UsageError when it is empty, longer than an utterance can be, or not UTF-8.
    """
    from cabin.errors import Problem, UsageError
    from cabin.slm.text import MAX_CHARACTERS

    text = " ".join(words).strip()
    if not text:
        raise UsageError(Problem("the text is empty", hint='Say something: cabin say "open the window".'))
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # how Python hands on bytes that are not UTF-8
        raise UsageError(Problem("the text is not UTF-8", hint="Check the encoding of the terminal or script."))
    if len(text) > MAX_CHARACTERS:
        expected = f"at most {MAX_CHARACTERS} characters"
        raise UsageError(Problem("the text is too long to be an utterance", "", f"{len(text):,} characters", expected))
    return text
