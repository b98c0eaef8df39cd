"""Prints the Minions in a file."""

import json

import click


@click.command()
@click.argument("path")
def main(path: str) -> None:
    """Print the Minions in the file PATH."""
    with open(path, encoding="utf-8") as file:
        click.echo(json.dumps(json.load(file)["minions"]))


main()
