"""The schedule over forty simulated days, one feed in ten of ``benchmarks.year``."""

from __future__ import annotations

import random

from benchmarks.year import DAY, build, run


def test_no_server_is_asked_more_often_than_it_allows_and_nothing_is_lost_outside_troubles() -> None:
    chance = random.Random(7)
    sites = build(40, chance)[::10]
    run(sites, 40, chance)
    assert {site.kind: site.too_early for site in sites if site.too_early} == {}
    assert {site.kind for site in sites if site.lost} <= {"floods of 150 in 2 h"}
    assert all(site.seen == len(site.published) for site in sites if site.published[-1] < 39 * DAY)
    dead = [site for site in sites if site.dies_at < 40 * DAY]
    assert dead
    assert all(site.silent_at and site.silent_at < site.dies_at + 5 * DAY for site in dead)
