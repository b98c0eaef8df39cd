"""The one configuration in an answer that holds several copies of it."""

from openclaw_manager.domain.content.canonical import Json

_COPIES = ("resolved", "sourceConfig", "parsed", "config", "runtimeConfig")
"""The copies in ``config.get``, the one to keep first.

``resolved`` is what was configured, with included files, and without the defaults, which
change from version to version. 2026.9.6 answers all five, 2026.3.28 ``parsed``, ``resolved``
and ``config``.
"""


def with_one_configuration(answer: Json) -> Json:
    """Replace the copies by one, under ``configuration``, so that one change is one difference.

    The text of the file (``raw``) goes with them. An answer without any copy, as of another
    dialect, stays as it is.
    """
    if not isinstance(answer, dict):
        return answer
    copies = (answer[name] for name in _COPIES if isinstance(answer.get(name), dict))
    configuration = next(copies, None)
    if configuration is None:
        return answer
    rest = {key: value for key, value in answer.items() if key not in (*_COPIES, "raw")}
    return {**rest, "configuration": configuration}


def configuration_in(content: Json) -> Json:
    """Give the configuration alone; all of a content that has none under that name."""
    if isinstance(content, dict) and "configuration" in content:
        return content["configuration"]
    return content
