"""`cabin microphones`: the names to put into cabin.yaml."""

from __future__ import annotations

import json

import click

__all__ = ["microphones"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def microphones(as_json: bool) -> None:
    """List the microphones by the names that stay, for `capture.device` of cabin.yaml."""
    from cabin_sound.microphone import input_devices, load_sounddevice
    from cabin_sound.names import read_cards

    cards = read_cards()
    devices = input_devices(load_sounddevice())
    for device in devices:
        name = device.stable_name(cards)
        told = {"name": name, "rate_hz": device.rate_hz, "default": device.is_default, "portaudio": device.name}
        note = "  (default)" if device.is_default else ""
        click.echo(json.dumps(told) if as_json else f"{name}  {device.rate_hz} Hz{note}")
    if not devices:
        click.echo("no microphone is there", err=True)
