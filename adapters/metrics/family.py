"""The metrics by name: what each says, of what type, in which unit and with which labels.

Names are as Prometheus asks for them: base units, ``_total`` for counters, ``_info`` for facts
in labels (prometheus.io/docs/practices/naming). An instance is told by ``name`` and ``id``,
since Prometheus itself puts the label ``instance`` on all that it scrapes.
"""

from enum import Enum, StrEnum


class Kind(StrEnum):
    """The types of metrics that the text format knows, as far as they are used here."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


_INSTANCE = ("name", "id")


class Family(Enum):
    """One metric, with all of its series."""

    BUILD = (
        "openclaw_manager_build_info",
        Kind.GAUGE,
        "The version of openclaw-manager; always 1.",
        ("version",),
    )
    INSTANCE = (
        "openclaw_instance_info",
        Kind.GAUGE,
        "A registered instance and where its gateway is; always 1.",
        (*_INSTANCE, "url"),
    )
    TAG = (
        "openclaw_instance_tag_info",
        Kind.GAUGE,
        "A tag of an instance, with an empty value where it is a word alone; always 1.",
        (*_INSTANCE, "key", "value"),
    )
    UP = (
        "openclaw_up",
        Kind.GAUGE,
        "Whether the last ping completed an authenticated round trip.",
        _INSTANCE,
    )
    CONDITION = (
        "openclaw_condition",
        Kind.GAUGE,
        "What the last ping found: 1 for that condition, 0 for all others.",
        (*_INSTANCE, "condition"),
    )
    CAUSE = (
        "openclaw_cause_info",
        Kind.GAUGE,
        "Why the condition is not ok, while it is not; always 1.",
        (*_INSTANCE, "cause"),
    )
    GATEWAY = (
        "openclaw_gateway_info",
        Kind.GAUGE,
        "What the gateway last said of itself; always 1.",
        (*_INSTANCE, "version", "dialect", "protocol"),
    )
    LAST_PING = (
        "openclaw_last_ping_timestamp_seconds",
        Kind.GAUGE,
        "When the last ping ended, whatever it found.",
        _INSTANCE,
    )
    LAST_SUCCESS = (
        "openclaw_last_success_timestamp_seconds",
        Kind.GAUGE,
        "When the last ping that succeeded ended.",
        _INSTANCE,
    )
    LAST_ROUND_TRIP = (
        "openclaw_last_round_trip_seconds",
        Kind.GAUGE,
        "The round trip of the last ping that succeeded.",
        _INSTANCE,
    )
    LAST_CONNECT = (
        "openclaw_last_connect_seconds",
        Kind.GAUGE,
        "How long the last ping that succeeded took from its first step to authenticated.",
        _INSTANCE,
    )
    CERTIFICATE_EXPIRY = (
        "openclaw_certificate_expiry_timestamp_seconds",
        Kind.GAUGE,
        "When the certificate that the gateway last presented ends to be valid.",
        _INSTANCE,
    )
    PINGS = (
        "openclaw_pings_total",
        Kind.COUNTER,
        "Pings since the watch began, by result: success, failure or starting.",
        (*_INSTANCE, "result"),
    )
    ROUND_TRIP = (
        "openclaw_ping_round_trip_seconds",
        Kind.HISTOGRAM,
        "Round trips of pings since the watch began.",
        _INSTANCE,
    )
    OUTAGE = (
        "openclaw_outage_open",
        Kind.GAUGE,
        "Whether the thresholds of the watch have called the gateway down.",
        _INSTANCE,
    )
    OUTAGE_START = (
        "openclaw_outage_start_timestamp_seconds",
        Kind.GAUGE,
        "When the outage that is open began, while one is.",
        _INSTANCE,
    )
    OUTAGES = (
        "openclaw_outages_total",
        Kind.COUNTER,
        "Outages that began since the watch did.",
        _INSTANCE,
    )
    WATCH_START = (
        "openclaw_watcher_start_timestamp_seconds",
        Kind.GAUGE,
        "When the watch began.",
    )
    WATCHED = (
        "openclaw_watcher_instances",
        Kind.GAUGE,
        "How many instances are watched.",
    )
    WATCHER_LAST_PING = (
        "openclaw_watcher_last_ping_timestamp_seconds",
        Kind.GAUGE,
        "When any ping last ended.",
    )
    TROUBLE = (
        "openclaw_watcher_trouble",
        Kind.GAUGE,
        "Whether the watcher has this trouble now; of some, with how many instances.",
        ("trouble",),
    )
    TROUBLES = (
        "openclaw_watcher_troubles_total",
        Kind.COUNTER,
        "How often this trouble was told since the watch began.",
        ("trouble",),
    )

    def __init__(self, metric: str, kind: Kind, says: str, labels: tuple[str, ...] = ()) -> None:
        self.metric = metric
        self.kind = kind
        self.says = says
        self.labels = labels

    @property
    def unit(self) -> str:
        """The unit that the name ends with, before what its type adds."""
        return "seconds" if self.metric.endswith("_seconds") else ""
