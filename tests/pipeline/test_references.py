"""A slip in what config.toml names, or a digest that reaches nobody, is said and never guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from monitor.config import parse_config
from monitor.pipeline.references import Named, reference_problems
from monitor.rules.compile import compile_rules
from monitor.rules.syntax import read_rule_file
from tests.demo.server import DemoServer, config_text
from tests.workspaces import copy_workspace, monitor

CONFIG = """me = "desk"
[analyst.desk]
routes = ["folder"]
[route.folder]
kind = "folder"
path = "out"
[digest.morning]
at = "07:30"
zone = "UTC"
topics = ["cpec-security"]
rules = ["desk/port-attacked"]
routes = ["folder"]
"""
RULES = """[file]
owner = "desk"
[rule.port-attacked]
title = "Attack on the port"
send = "alert"
all = ["port", "attack*"]
"""
TEMPLATES = ("digest.md.j2", "digest.html.j2", "digest.txt.j2", "_style.css.j2")


def problems_of(config: str) -> list[str]:
    settings, problems = parse_config(config, "config.toml")
    assert settings is not None, problems
    book = compile_rules([read_rule_file(RULES, "rules/desk.toml")], ["cpec-security"], today=date(2026, 11, 21))
    return [str(found) for found in reference_problems(settings, config, Named(["cpec-security"], book, TEMPLATES))]


def test_a_config_that_names_what_is_there_has_no_problem() -> None:
    assert problems_of(CONFIG) == []


def test_a_topic_a_rule_and_a_template_that_are_not_there_are_named_with_their_place() -> None:
    config = CONFIG.replace('["cpec-security"]', '["cpec-securty"]').replace('["desk/port', '["desk/prt')
    assert problems_of(config + 'template = "digset"\n') == [
        'config.toml:10:11: C005 no topic called "cpec-securty"\n    did you mean "cpec-security"?',
        'config.toml:11:10: C005 no rule called "desk/prt-attacked"\n    did you mean "desk/port-attacked"?',
        'config.toml:13:12: P006 no template called "digset" in digests/\n    did you mean "digest"?',
    ]


def test_a_digest_without_routes_reaches_nobody() -> None:
    head, _, tail = CONFIG.rpartition('routes = ["folder"]')
    assert problems_of(f"{head}routes = []{tail}") == [
        (
            "config.toml:7:1: C003 digest.morning has no routes, so nobody gets it, and what it takes in is not shown "
            'again\n    name where it goes, like routes = ["folder"]'
        )
    ]


def test_alerts_that_no_route_takes_to_anybody_are_a_problem_unless_a_follower_has_one() -> None:
    silent = CONFIG.replace('routes = ["folder"]', "routes = []", 1)
    assert problems_of(silent) == [
        (
            'config.toml:2:1: C003 rules of "desk" send alerts, and no route takes them to anybody\n'
            '    give it one, like routes = ["folder"]'
        )
    ]
    assert problems_of(silent + '[analyst.boss]\nroutes = ["folder"]\nfollows = ["desk"]\n') == []


def test_a_round_goes_on_and_its_digest_names_the_slip(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        config = config_text(server.base_url, "out").replace('topics = ["cpec-security"', 'topics = ["cpec-securty"')
        root = copy_workspace(fitted, tmp_path / "desk", config)
        done = monitor(root, "once")
    assert done.code == 2, done.err
    assert 'no topic called "cpec-securty"' in done.out
    (digest,) = (root / "out").glob("morning-*.md")
    assert 'no topic called "cpec-securty"' in digest.read_text(encoding="utf-8")
    checked = monitor(root, "check")
    assert checked.code == 2
    assert 'did you mean "cpec-security"?' in checked.out
