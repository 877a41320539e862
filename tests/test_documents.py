"""The documents say what the program does: commands, settings, links, and what the tutorial tells people to type."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from monitor.cli import COMMANDS, cli
from monitor.config import form, parse_config
from monitor.rules.compile import compile_rules
from monitor.rules.examples import run_examples
from monitor.rules.syntax import read_rule_file

TABLES: dict[str, tuple[type[BaseModel], ...]] = {
    "Top of the file": (form.ConfigForm,),
    "[fetch]": (form.FetchForm,),
    "[[feed]]": (form.FeedForm,),
    "[analyst.NAME]": (form.AnalystForm,),
    "[route.NAME]": (form.FolderRouteForm, form.EmailRouteForm),
    "[digest.NAME]": (form.DigestForm,),
    "[coverage]": (form.CoverageForm, form.WatchForm),
}
HEADED = {"fetch", "feed", "analyst", "route", "digest", "coverage"}
"""Keys of the whole file that are tables: each has a section instead of a row."""

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def commands(group: click.Group = cli, path: tuple[str, ...] = ("monitor",)) -> Iterator[tuple[str, click.Command]]:
    """Iterate over the whole tree of commands with their full names, the program itself first."""
    context = click.Context(group)
    yield " ".join(path), group
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def options(command: click.Command) -> set[str]:
    """Give every spelling of a command's options but ``--help``, which all have."""
    named = [param for param in command.params if isinstance(param, click.Option)]
    return {spelling for param in named for spelling in (*param.opts, *param.secondary_opts)}


def sections(text: str) -> dict[str, str]:
    """Give the text under each heading of any level, without what stands under the next heading."""
    parts = re.split(r"^#{1,4} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_cells(section: str) -> str:
    """Give the first column of a section's tables."""
    return "\n".join(re.findall(r"^\| ([^|]*) \|", section, re.MULTILINE))


def documents(checkout: Path) -> list[Path]:
    folders = ("docs", "rules", "digests", "seeds", "classifiers")
    found = [*checkout.glob("*.md"), *(path for folder in folders for path in (checkout / folder).rglob("*.md"))]
    return sorted(path for path in found if not path.name.endswith(".j2"))


def anchors(path: Path) -> set[str]:
    """Give the anchors a reader of the rendered page can jump to."""
    headings = re.findall(r"^#{1,6} (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def typed_commands(text: str) -> list[str]:
    """Give the ``monitor`` commands of a page's blocks: behind ``$`` where output follows, else at a line's start."""
    found = []
    for kind, block in FENCE.findall(text):
        start = r"\$ " if kind == "console" else ""
        found.extend(re.findall(rf"^{start}((?:.*\| )?monitor .*)$", block, re.MULTILINE))
    without_fences = FENCE.sub("", text)
    found.extend(re.findall(r"^ {4}(monitor [^\[…\n]*)$", without_fences, re.MULTILINE))
    return [part.strip() for line in found for part in line.split(" | ") if part.strip().startswith("monitor ")]


def parse(line: str) -> None:
    """Parse a command line as the program would, running nothing. Raises click.UsageError."""
    command: click.Command = cli
    context: click.Context | None = None
    arguments = shlex.split(line)[1:]
    name = "monitor"
    while True:
        context = command.make_context(name, list(arguments), parent=context)
        if not isinstance(command, click.Group):
            return
        _, rest, _ = command.make_parser(context).parse_args(list(arguments))
        found, below, arguments = command.resolve_command(context, rest)
        assert found is not None
        assert below is not None
        name, command = found, below


def test_every_command_has_a_section_that_names_each_of_its_options(checkout: Path) -> None:
    text = sections((checkout / "docs" / "commands.md").read_text(encoding="utf-8"))
    tree = dict(commands())
    assert sorted(tree) == sorted(title for title in text if title.split()[0] == "monitor")
    unnamed = {
        name: missing
        for name, command in tree.items()
        if (missing := sorted(option for option in options(command) if f"`{option}`" not in text[name]))
    }
    assert unnamed == {}


def test_the_tables_of_options_name_no_option_that_does_not_exist(checkout: Path) -> None:
    text = sections((checkout / "docs" / "commands.md").read_text(encoding="utf-8"))
    invented = {
        name: more
        for name, command in commands()
        if (more := set(re.findall(r"`(--?[a-z-]+)`", first_cells(text[name]))) - options(command))
    }
    assert invented == {}


def test_the_list_of_commands_says_what_each_command_says_of_itself() -> None:
    tree = dict(commands())
    said = {name: (tree[f"monitor {name}"].help or "").partition("\n")[0] for name in COMMANDS}
    assert said == {name: help_line for name, (_, help_line) in COMMANDS.items()}


def test_every_key_of_the_settings_is_explained_in_its_section(checkout: Path) -> None:
    text = sections((checkout / "docs" / "settings.md").read_text(encoding="utf-8"))
    missing = []
    for title, forms in TABLES.items():
        keys = {str(field.alias or name) for one in forms for name, field in one.model_fields.items()}
        # A key has a row, or where there is no table, stands in the text as `key` or `key = value`.
        missing += [f"{title} {key}" for key in keys - HEADED if not re.search(rf"`{key}(`| = )", text[title])]
    assert sorted(missing) == []


def test_the_settings_explained_all_exist(checkout: Path) -> None:
    text = sections((checkout / "docs" / "settings.md").read_text(encoding="utf-8"))
    invented = []
    for title, forms in TABLES.items():
        keys = {str(field.alias or name) for one in forms for name, field in one.model_fields.items()}
        invented += [f"{title} {key}" for key in re.findall(r"`(\w+)`", first_cells(text[title])) if key not in keys]
    assert invented == []


def test_every_relative_link_leads_somewhere(checkout: Path) -> None:
    broken = []
    for page in documents(checkout):
        prose = FENCE.sub("", page.read_text(encoding="utf-8"))
        for target in LINK.findall(prose):
            file, _, anchor = target.partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            where = page.parent / file if file else page
            if not where.exists() or (anchor and anchor not in anchors(where)):
                broken.append(f"{page.relative_to(checkout)}: {target}")
    assert broken == []


def test_the_pictures_are_small_enough_to_load_on_a_telephone(checkout: Path) -> None:
    pictures = {path.name: path.stat().st_size for path in (checkout / "docs" / "images").iterdir()}
    assert {"digest-375.png", "digest-700.png"} <= pictures.keys()
    assert [name for name, size in pictures.items() if size > 250_000] == []


def test_no_committed_file_names_a_folder_of_one_machine_or_a_package_index(checkout: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=checkout, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if listed.returncode:
        pytest.skip("needs a git checkout: which files are committed is asked of git")
    machine = re.compile(r"(?<![\w.~%)}\]>*/…-])/(?:work|root|tmp|home|Users)/\w")
    index = re.compile(r"(?:index-url|find-links|trusted-host)[ =]+\S+[.:]\S")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = checkout / name
        # The seed articles are other people's texts, kept byte for byte.
        if not path.is_file() or path.suffix == ".png" or (path.parent.name, path.suffix) == ("seeds", ".txt"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {hit[0]}" for pattern in (machine, index) if (hit := pattern.search(text))]
    assert found == []
    locks = sorted(checkout.glob("requirements*.lock"))
    assert len(locks) == 2
    assert [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")] == []


def test_every_command_that_readers_are_told_to_type_is_understood(checkout: Path) -> None:
    wrong = []
    typed = [(page, line) for page in documents(checkout) for line in typed_commands(page.read_text(encoding="utf-8"))]
    for page, line in typed:
        try:
            parse(line)
        except click.UsageError as error:
            wrong.append(f"{page.relative_to(checkout)}: {line}: {error.format_message()}")
    assert wrong == []
    assert len([page for page, _ in typed if page.name == "README.md" and page.parent == checkout]) >= 10


def test_commands_named_in_the_text_exist(checkout: Path) -> None:
    tree = dict(commands())
    wrong = []
    for page in documents(checkout):
        prose = FENCE.sub("", page.read_text(encoding="utf-8"))
        for code in re.findall(r"`(monitor [^`\n]+)`", prose):
            words = re.sub(r" (-w \S+|-q|-v+)(?= )", "", code).split()
            name = next(" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in tree)
            # A word in small letters behind the bare program or behind a group is a command that does not exist.
            is_unknown = isinstance(tree[name], click.Group) and re.fullmatch(
                r"[a-z]+", (words[len(name.split()) :] or [""])[0]
            )
            used = {word for word in words if re.fullmatch(r"--[a-z-]+", word)}
            if is_unknown or used - options(tree[name]) - options(cli):
                wrong.append(f"{page.relative_to(checkout)}: {code}")
    assert wrong == []


def tutorial_blocks(checkout: Path) -> list[str]:
    text = (checkout / "README.md").read_text(encoding="utf-8")
    return [block for kind, block in FENCE.findall(text) if kind == "toml"]


def test_the_rule_of_the_tutorial_has_the_slip_it_shows_and_works_without_it(checkout: Path) -> None:
    name, rule, _ = tutorial_blocks(checkout)
    shipped = (checkout / "rules" / "watchlist.toml").read_text(encoding="utf-8")
    watchlist = read_rule_file(f"{shipped}\n{name}", "rules/watchlist.toml")
    analysts, today = ("cpec-desk",), date(2026, 11, 21)

    slipped = compile_rules(
        [watchlist, read_rule_file(rule, "rules/work-stopped.toml")], None, today, analysts=analysts
    )
    assert [f"{one.where} {one.code} {one.what}" for one in slipped.problems] == [
        'rules/work-stopped.toml:8:57 R012 no entity, set or words called "@barsen"'
    ]

    mended = read_rule_file(rule.replace("@barsen", "@barseen"), "rules/work-stopped.toml")
    book = compile_rules([watchlist, mended], None, today, analysts=analysts)
    assert book.problems == ()
    assert [one.is_passed for one in run_examples(book, ["rules/work-stopped.toml"])] == [True, True]


def test_the_mail_settings_of_the_tutorial_fit_the_starter_configuration(checkout: Path) -> None:
    _, _, mail = tutorial_blocks(checkout)
    starter = (checkout / "config.example.toml").read_text(encoding="utf-8")
    with_mail = starter.replace('routes = ["folder"]', 'routes = ["folder", "desk-mail"]')
    config, problems = parse_config(f"{with_mail}\n{mail}", "config.toml")
    assert problems == ()
    assert config is not None
    assert [digest.routes for digest in config.digests] == [("folder", "desk-mail")]
