"""`cabin completion`: what makes the shell complete commands, options and files."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

__all__ = ["completion"]


@click.command(
    epilog="\b\nExamples:\n"
    "  cabin completion bash > ~/.local/share/bash-completion/completions/cabin\n"
    '  cabin completion zsh > "${fpath[1]}/_cabin"\n'
    '  eval "$(cabin completion bash)"        # this shell only'
)
@click.argument("shell", type=click.Choice(["bash", "zsh"]))
def completion(shell: str) -> None:
    """Print the completion of the command line for SHELL. Put it where the shell looks, or evaluate it."""
    from cabin.cli.main import cli

    source = get_completion_class(shell)
    assert source is not None  # click brings both
    generator = source(cli, {}, "cabin", "_CABIN_COMPLETE")
    # not generator.source(): for bash that runs bash to ask for its version
    sys.stdout.write(generator.source_template % generator.source_vars())
