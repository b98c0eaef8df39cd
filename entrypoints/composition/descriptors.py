"""How many files and connections this process may have open."""

import resource

_PLENTY = 16_384
_FOR_THE_REST = 64  # the store, the terminal, who asks for metrics, alerts on their way


def connections_at_most() -> int:
    """Let this process have as many as the system allows it; tells how many gateways that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _PLENTY if hard == resource.RLIM_INFINITY else min(hard, _PLENTY)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return max(soft - _FOR_THE_REST, 1) if soft != resource.RLIM_INFINITY else _PLENTY
