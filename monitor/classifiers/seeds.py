"""The seed articles: which paragraph speaks to which topic (seeds/labels.toml).

Codes: L001 unknown key, L002 missing key, L003 unusable value, L004 labels and article disagree,
L005 the article's text is missing, L006 a topic that no file defines; T… problems of TOML itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.classifiers.passages import Passage, unknown_topics
from monitor.records import Problem, Source
from monitor.text.located_toml import Document, KeyPath, parse_toml

UNSURE_WEIGHT = 0.5
"""A paragraph about which a reasonable second reader could disagree teaches half as much."""

_ARTICLE_KEYS: dict[str, type] = {
    "file": str, "lang": str, "outlet": str, "title": str, "authors": list, "date": object, "url": str, "when": str,
    "note": str, "paragraph": list,
}  # fmt: skip
_PARAGRAPH_KEYS: dict[str, type] = {
    "n": int, "starts": str, "topics": list, "unsure": bool, "furniture": bool,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledParagraph:
    """What one paragraph speaks to; ``topics`` is None for page furniture. ``number`` counts from 1."""

    number: int
    starts: str
    topics: frozenset[str] | None
    is_unsure: bool
    where: Source


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One seed article's entry in labels.toml."""

    file: str
    lang: str | None
    title: str
    paragraphs: tuple[LabelledParagraph, ...]
    where: Source


def read_labels(
    text: str, path: str, topics: Collection[str] | None = None
) -> tuple[tuple[LabelledArticle, ...], tuple[Problem, ...]]:
    """Return the labelled articles in order; what cannot be read is left out and reported, sorted by place.

    ``topics`` are those that exist, None if that is not known yet.
    """
    document = parse_toml(text, path)
    if document.problems:
        return (), document.problems
    problems: list[Problem] = []
    entries = document.value.get("article", [])
    _check_keys(document, (), document.value, {"article": list}, problems)
    articles = []
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        place: KeyPath = ("article", number)
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            problems.append(Problem(document.where(place), "L002", '"file" is missing', 'add file = "NAME.txt"'))
            continue
        _check_keys(document, place, entry, _ARTICLE_KEYS, problems)
        articles.append(
            LabelledArticle(
                file=entry["file"],
                lang=str(entry["lang"]) if "lang" in entry else None,
                title=str(entry.get("title", "")),
                paragraphs=_paragraphs(document, (*place, "paragraph"), entry.get("paragraph"), problems),
                where=document.where(place),
            )
        )
    for article in articles:
        for label in article.paragraphs:
            problems.extend(unknown_topics(label.where, label.topics or (), topics, "L006"))
    return tuple(articles), tuple(sorted(problems))


def check_labels(articles: tuple[LabelledArticle, ...], texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return where labels and articles disagree: missing texts, unlabelled paragraphs, opening words that are not true.

    ``texts`` holds the articles by file name.
    """
    problems = []
    for article in articles:
        if article.file not in texts:
            what = f'there is no text "{article.file}" beside labels.toml'
            problems.append(Problem(article.where, "L005", what, "add the file or remove the entry"))
            continue
        paragraphs = split_paragraphs(texts[article.file])
        numbers = [paragraph.number for paragraph in article.paragraphs]
        if numbers != list(range(1, len(paragraphs) + 1)):
            what = f'"{article.file}" has {len(paragraphs)} paragraphs, labelled are {_spoken(numbers)}'
            problems.append(Problem(article.where, "L004", what, "give every paragraph one line, in order"))
        for paragraph in article.paragraphs:
            if not _is_true(paragraph, paragraphs):
                what = f'paragraph {paragraph.number} does not start with "{paragraph.starts}"'
                problems.append(Problem(paragraph.where, "L004", what, "correct the number or the opening words"))
    return tuple(sorted(problems))


def labelled_passages(articles: tuple[LabelledArticle, ...], texts: Mapping[str, str]) -> tuple[Passage, ...]:
    """Return one passage per labelled paragraph, furniture and paragraphs whose opening words are not true left out."""
    passages = []
    for article in articles:
        paragraphs = split_paragraphs(texts.get(article.file, ""))
        for label in article.paragraphs:
            if label.topics is None or not _is_true(label, paragraphs):
                continue
            weight = UNSURE_WEIGHT if label.is_unsure else 1.0
            text = paragraphs[label.number - 1]
            origin = f"seed:{article.file}:{label.number}"
            passages.append(Passage(text, "", article.lang, label.topics, origin, weight))
    return tuple(passages)


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of an article: what stands between blank lines, outer spaces removed."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return tuple("\n".join(lines).strip() for lines in found if lines)


def _paragraphs(
    document: Document, place: KeyPath, value: object, problems: list[Problem]
) -> tuple[LabelledParagraph, ...]:
    found = []
    for number, entry in enumerate(value if isinstance(value, list) else []):
        here: KeyPath = (*place, number)
        where = document.where(here)
        if not isinstance(entry, dict):
            problems.append(
                Problem(where, "L003", "a paragraph is a table", "write { n = 1, starts = …, topics = […] }")
            )
            continue
        before = len(problems)
        _check_keys(document, here, entry, _PARAGRAPH_KEYS, problems)
        problems.extend(
            Problem(where, "L002", f'"{key}" is missing', f"add {key} = …")
            for key in ("n", "starts")
            if key not in entry
        )
        is_furniture = entry.get("furniture") is True
        if is_furniture == ("topics" in entry):
            problems.append(Problem(where, "L003", "say topics or furniture = true, one of the two", "[] is no topic"))
        if len(problems) == before:
            topics = None if is_furniture else frozenset(str(topic) for topic in entry["topics"])
            found.append(LabelledParagraph(entry["n"], entry["starts"], topics, entry.get("unsure") is True, where))
    return tuple(found)


def _check_keys(
    document: Document, place: KeyPath, table: Mapping[str, object], known: Mapping[str, type], problems: list[Problem]
) -> None:
    for key, value in table.items():
        where = document.key_where((*place, key))
        if key not in known:
            problems.append(Problem(where, "L001", f'unknown key "{key}"', f"known here: {', '.join(known)}"))
        elif not isinstance(value, known[key]):
            problems.append(Problem(where, "L003", f'"{key}" has the wrong kind of value', "see seeds/README.md"))


def _is_true(label: LabelledParagraph, paragraphs: tuple[str, ...]) -> bool:
    return 1 <= label.number <= len(paragraphs) and paragraphs[label.number - 1].startswith(label.starts)


def _spoken(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers) if len(numbers) < 8 else f"{len(numbers)} of them"
