"""Other ways of finding names in folded text, run by ``benchmarks.rules`` with an interpreter that may have them.

Prints a line per way: its name and items a second, or only why it was not measured.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RUNS = 3
SECONDS = 0.5
"""For at least one run of each way; slower ones get fewer items."""
MOST_FOR_RE = 10_000
Way = Callable[[str], object]


def main() -> None:
    """Measure every way that this interpreter has."""
    names, texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ways: dict[str, tuple[str, Callable[[Sequence[str]], Way]]] = {
        "pyahocorasick": ("ahocorasick", _pyahocorasick),
        "flashtext": ("flashtext", _flashtext),
        "spaCy PhraseMatcher": ("spacy", _spacy),
        "re, one alternation": ("re", _re),
    }
    for name, (module, build) in ways.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed")
        elif build is _re and len(names) > MOST_FOR_RE:
            print(f"{name} is left out beyond {MOST_FOR_RE:,} names")
        else:
            print(f"{name}\t{_rate(build(names), texts)}")


def _rate(way: Way, texts: Sequence[str]) -> float:
    best = 0.0
    for _ in range(RUNS):
        start = time.process_time()
        done = 0
        for text in texts:
            way(text)
            done += 1
            if time.process_time() - start > SECONDS:
                break
        best = max(best, done / (time.process_time() - start))
    return best


def _pyahocorasick(names: Sequence[str]) -> Way:
    module: Any = importlib.import_module("ahocorasick")
    automaton = module.Automaton()
    for number, name in enumerate(names):
        automaton.add_word(name, number)
    automaton.make_automaton()
    return lambda text: list(automaton.iter(text))


def _flashtext(names: Sequence[str]) -> Way:
    module: Any = importlib.import_module("flashtext")
    keywords = module.KeywordProcessor()
    for name in names:
        keywords.add_keyword(name)
    return lambda text: keywords.extract_keywords(text, span_info=True)


def _spacy(names: Sequence[str]) -> Way:
    module: Any = importlib.import_module("spacy")
    matching: Any = importlib.import_module("spacy.matcher")
    language = module.blank("en")
    matcher = matching.PhraseMatcher(language.vocab)
    matcher.add("names", [language.make_doc(name) for name in names])
    return lambda text: matcher(language.make_doc(text))


def _re(names: Sequence[str]) -> Way:
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    return lambda text: [found.span() for found in pattern.finditer(text)]


if __name__ == "__main__":
    main()
