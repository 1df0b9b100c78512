"""`resumate completion`: what the shell needs to complete commands, options and their values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["completion_command"]

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script of a shell.

    \b
    bash  echo 'eval "$(resumate completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(resumate completion zsh)"' >> ~/.zshrc
    fish  resumate completion fish > ~/.config/fish/completions/resumate.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(kind(ctx.find_root().command, {}, "resumate", "_RESUMATE_COMPLETE").source())
