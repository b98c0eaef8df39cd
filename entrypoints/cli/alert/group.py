"""``alert``: the group of the commands about who is told when a gateway goes down."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "list": "alert.listing:list_",
        "test": "alert.trying:test",
        "secret": "alert.secret:secret",
    },
)
def alert() -> None:
    """Look at the alerts in config.toml, try them, and keep their secrets.

    `instance watch` sends them. Each is one table [[alerts]], after all settings:

    \b
    name          what it is called
    type          webhook, or command
    on            ["down", "recovery"], or one of these; both where it is left out
    repeat        after how long to tell again that an instance is still down
    select        labels of the instances that it is for, as in "env=prod"
    timeout       how long one message may take; 10s where it is left out
    retries       how often one is tried again; 3 where it is left out
    url           of a webhook, or "secret:NAME" for one that `alert secret` keeps
    method        POST, PUT, PATCH or GET; POST where it is left out
    headers       a table; $title and the like are filled in, "secret:NAME" is looked up
    content_type  of the body; application/json where it is left out
    body          what is sent, with $title, $text, $name, $cause and others filled in;
                  everything as JSON where it is left out
    command       of a command: ["PROGRAM", "ARGUMENT"]; it gets the message as JSON on
                  standard input, and in the environment as OPENCLAW_ALERT_TITLE and so on
    """  # noqa: D301 - click wants the backspace itself
