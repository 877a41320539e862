"""An invented digest and alert that use everything a template can show: what the check renders templates with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from monitor.digests.alert import AlertIssue, alert_story
from monitor.digests.build import Edition, build
from monitor.digests.present import Legend
from monitor.records import (
    AssessedItem,
    Assessment,
    Contribution,
    Coverage,
    Digest,
    DigestMember,
    DigestSpec,
    Evidence,
    Feed,
    FeedHealth,
    FeedReport,
    Field,
    Item,
    ItemMatches,
    Mention,
    NearMiss,
    RuleMatch,
    Send,
    Severity,
    Stance,
    StoryAssignment,
    StoryLink,
    TopicScore,
)

UNTIL = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
TOPICS = (("cpec-security", "CPEC security"), ("militant-sanctuaries", "Militant sanctuaries"))
SPEC = DigestSpec(
    name="morning",
    at=time(7, 30),
    zone="Asia/Karachi",
    topics=("cpec-security", "militant-sanctuaries"),
    analysts=("cpec-desk",),
    marking="For internal use",
)
FEEDS = {
    feed.name: feed
    for feed in (
        Feed("indus-herald", "https://indus.example/rss", "Indus Herald", "en", "PK", "B"),
        Feed("subh", "https://subh.example/rss", "Subh-e-Nau", "ur", "PK", "C", Stance.PARTY),
        Feed("bolan", "https://bolan.example/rss", "Bolan Voice", "en", "GB", "D", Stance.EXILE, is_sensitive=True),
    )
}
LEGEND = Legend(FEEDS, {"chinese-nationals": "Chinese nationals", "dasu": "Dasu dam"})


def sample_item(number: int, feed: str, title: str, text: str, story: str = "") -> AssessedItem:
    """Return an invented item, number hours before the digest, in a story of its own unless one is named."""
    source = FEEDS[feed]
    seen = UNTIL - timedelta(hours=number)
    item = Item(
        id=f"{number:016x}",
        feed=feed,
        outlet=source.outlet,
        link=f"https://{feed}.example/{number}",
        title=title,
        text=text,
        html="",
        lang=source.lang,
        published_at=seen - timedelta(minutes=20),
        first_seen_at=seen,
        revision=1,
        content_hash=str(number),
    )
    link = StoryLink.NEAR_COPY if story else StoryLink.FIRST
    assignment = StoryAssignment(item.id, story or item.id, link)
    return AssessedItem(item, Assessment(item.id, 1, (), ItemMatches(), assignment, "rules-1", seen))


def with_score(assessed: AssessedItem, topic: str, score: float, words: tuple[str, ...] = ()) -> AssessedItem:
    """Return the item with a score, spoken for by words of its text and against by one feature."""
    contributions = tuple(Contribution(word, 1.0, find(assessed.item, word)) for word in words)
    against = (Contribution("court hearing", -0.4),)
    added = TopicScore(topic, score, 0.55, "model-1", contributions + against)
    assessment = assessed.assessment
    return replace(assessed, assessment=replace(assessment, scores=(*assessment.scores, added)))


def with_rule(assessed: AssessedItem, severity: Severity, title: str, words: tuple[str, ...]) -> AssessedItem:
    """Return the item with a matched rule of cpec-desk, proven by words of its title or text."""
    evidence = tuple(found for word in words if (found := find(assessed.item, word)) is not None)
    name = title.lower().replace(" ", "-")
    rule = RuleMatch("cpec-desk", name, title, severity, Send.ALERT, evidence, ("chinese-nationals",))
    matches = assessed.assessment.matches
    mentions = tuple(Mention("chinese-nationals", found) for found in evidence[:1])
    matches = replace(matches, rules=(*matches.rules, rule), mentions=(*matches.mentions, *mentions))
    return replace(assessed, assessment=replace(assessed.assessment, matches=matches))


def find(item: Item, word: str) -> Evidence | None:
    """Return the first place of a word in the item's title, else in its text."""
    for field, text in ((Field.TITLE, item.title), (Field.BODY, item.text)):
        if (start := text.find(word)) >= 0:
            return Evidence(field, start, start + len(word), word, word)
    return None


def sample_items() -> tuple[AssessedItem, ...]:
    """Return invented items of every kind a digest shows: a copy, an update of a sensitive feed, quiet ones."""
    attack = sample_item(
        9,
        "indus-herald",
        "Five Chinese engineers killed as convoy is hit near Dasu",
        "A blast struck a convoy carrying engineers to the Dasu dam on Friday. Police in Upper Kohistan said five "
        "Chinese nationals and their driver died. Nobody had claimed the attack by midnight.",
    )
    attack = with_score(attack, "cpec-security", 0.97, ("convoy", "Dasu"))
    attack = with_score(attack, "militant-sanctuaries", 0.61)
    attack = with_rule(attack, Severity.CRITICAL, "Attack on Chinese nationals", ("Chinese engineers", "blast"))
    copy = sample_item(
        8, "subh", "داسو کے قریب قافلے پر حملہ، پانچ چینی انجینئر ہلاک", "پولیس نے تصدیق کی ہے۔", attack.item.id
    )
    copy = with_score(copy, "cpec-security", 0.91, ("قافلے",))
    camp = sample_item(7, "bolan", "Camps across the border stand empty", "Three camps were left, villagers say.")
    camp = replace(camp, item=replace(camp.item, revision=2, published_at=None))
    camp = with_rule(with_score(camp, "militant-sanctuaries", 0.83), Severity.HIGH, "Named sanctuary", ("Camps",))
    camp = replace(camp, assessment=replace(camp.assessment, is_repeat=True))
    quiet = tuple(
        with_score(sample_item(10 + n, "indus-herald", f"Port notes {n}", "Cargo moved."), "cpec-security", 0.6)
        for n in range(15)
    )
    ruled = with_rule(
        sample_item(6, "subh", "گوادر میں جلسہ", "جلسہ پرامن رہا۔"), Severity.MEDIUM, "Gwadar protest", ("گوادر",)
    )
    return (attack, copy, camp, ruled, *quiet)


def sample_digest() -> Digest:
    """Return an invented digest in which no list is empty and every mark is set once."""
    noon = UNTIL - timedelta(hours=14)
    reports = tuple(
        FeedReport(feed.name, feed.outlet, health, noon, None if index else noon, problem, new_items=index)
        for index, (feed, health, problem) in enumerate(
            zip(
                FEEDS.values(),
                (FeedHealth.OK, FeedHealth.SILENT, FeedHealth.FAILING),
                ("", "", "the server answered 503 three times"),
                strict=True,
            )
        )
    )
    items = sample_items()
    coverage = Coverage(
        feeds=reports,
        unassessed=3,
        fallbacks=("rules/desk-cpec.toml has a mistake in line 14; its version of 20 Nov is used",),
        gaps=("Indus Herald: every item was new; some may have been missed",),
        unwatched=("Chinese ministries",),
        undelivered=("alert to desk-mail: the server asks to wait",),
    )
    edition = Edition(
        since=UNTIL - timedelta(days=1),
        until=UNTIL,
        topics=TOPICS,
        coverage=coverage,
        previous={items[2].item.id: DigestMember(items[2].item.id, 1, is_shown=True, reason="")},
        feeds=FEEDS,
    )
    lacking = sample_item(5, "bolan", "Chines engineers left Dasu", "They left by bus.")
    miss = NearMiss(lacking.item.id, 1, "rule cpec-desk/attack", '"Chines engineers" looks like "Chinese engineers"')
    return replace(build(SPEC, items, edition)[0], nearly=((lacking, miss),))


def empty_digest() -> Digest:
    """Return a digest of a round in which no feed answered."""
    reports = (FeedReport("subh", "Subh-e-Nau", FeedHealth.FAILING, UNTIL, None, "no network"),)
    return build(SPEC, (), Edition(since=None, until=UNTIL, topics=TOPICS, coverage=Coverage(reports)))[0]


def sample_alert() -> AlertIssue:
    """Return an invented alert about the sample's big story."""
    attack, copy = sample_items()[:2]
    story = alert_story(((attack, attack.assessment.matches.rules), (copy, ())), LEGEND)
    return AlertIssue("cpec-desk", story, "new", UNTIL, SPEC.zone, TOPICS, SPEC.marking, is_escalated=True)
