"""Prometheus' own tool finds nothing wrong with the metrics, nor with the guide to them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from metrics_page import full_page

GUIDE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
PROMTOOL = shutil.which("promtool")

pytestmark = pytest.mark.skipif(
    not PROMTOOL, reason="with promtool on the PATH, which .ci/promtool FOLDER fetches"
)


def promtool(*arguments: str, given: str = "") -> tuple[int, str]:
    assert PROMTOOL
    run = subprocess.run(
        [PROMTOOL, *arguments], input=given, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout + run.stderr


def example(key: str) -> str:
    """Find the one example in the guide that begins with a key."""
    [found] = [
        text for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if text.startswith(key)
    ]
    return str(found)


@pytest.mark.parametrize("name", ["home", 'a "b" \\ c\n🦞'])
def test_the_page_has_no_mistake_and_no_name_that_is_not_as_it_should_be(name: str) -> None:
    assert promtool("check", "metrics", given=full_page(name)) == (0, "")


def test_the_scrape_configuration_of_the_guide_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "prometheus.yml").write_text(example("scrape_configs:"))

    status, said = promtool("check", "config", str(tmp_path / "prometheus.yml"))

    assert status == 0, said


def test_the_alert_rules_of_the_guide_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(example("groups:"))

    status, said = promtool("check", "rules", str(tmp_path / "rules.yml"))

    assert status == 0, said


def test_a_gateway_that_is_down_sets_off_the_alert_and_one_that_is_up_does_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "rules.yml").write_text(example("groups:"))
    (tmp_path / "test.yml").write_text("""
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - series: openclaw_outage_start_timestamp_seconds{name="home", id="1"}
        values: 0 0 0 0
      - series: openclaw_outage_open{name="office", id="2"}
        values: 0 0 0 0
    alert_rule_test:
      - eval_time: 3m
        alertname: OpenClawGatewayDown
        exp_alerts:
          - exp_labels: {name: home, id: "1", severity: critical}
            exp_annotations: {summary: home has been down for 3m 0s}
""")

    status, said = promtool("test", "rules", str(tmp_path / "test.yml"))

    assert status == 0, said
