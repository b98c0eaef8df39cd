"""``completion``: what a shell needs to complete commands and the names of instances."""

import click

_SETUP = {
    "bash": "echo 'eval \"$(openclaw-manager completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(openclaw-manager completion zsh)\"' >> ~/.zshrc",
    "fish": "openclaw-manager completion fish > ~/.config/fish/completions/openclaw-manager.fish",
}


@click.command
@click.argument("shell", type=click.Choice(list(_SETUP)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL.

    It completes commands and options, and the names of the instances that there are.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "click completes in all three"
    program = ctx.find_root().command
    click.echo(kind(program, {}, "openclaw-manager", "_OPENCLAW_MANAGER_COMPLETE").source())
    click.echo(f"to keep it: {_SETUP[shell]}", err=True)
