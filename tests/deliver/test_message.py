from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.email import send_mail
from monitor.deliver.message import Mail, ascii_address, build_mail, header_text, message_id
from monitor.deliver.routes import EmailRoute
from monitor.errors import InputError
from monitor.records import Sent
from tests.mail import HOST, mail_sink

MAIL = Mail(
    id=message_id("example.org", "digest", "morning-20261121T023000Z", "desk-mail"),
    sender="Monitor <monitor@example.org>",
    to=("reader@example.org",),
    subject="Morning digest, Saturday 21 November: 14 stories (2 critical)",
    text="Plain words.\n",
    html="<p>Plain words.</p>\n",
    sent_at=datetime(2026, 11, 21, 2, 30, 5, tzinfo=UTC),
    list_name="morning",
)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    # MIME ends the lines of a text with CR LF.
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_headers_are_the_ones_given() -> None:
    message = parsed(build_mail(MAIL))
    assert message["Message-ID"] == MAIL.id
    assert message["Date"] == "Sat, 21 Nov 2026 02:30:05 +0000"
    assert message["From"] == "Monitor <monitor@example.org>"
    assert message["To"] == "reader@example.org"
    assert message["Subject"] == "Morning digest, Saturday 21 November: 14 stories (2 critical)"
    assert message["List-Id"] == "<morning.monitor.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["References"] is None


def test_text_and_html_are_alternatives() -> None:
    message = parsed(build_mail(replace(MAIL, text="پانچ ہلاک\n", html="<p>五人遇难</p>\n")))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(message, "plain") == "پانچ ہلاک\n"
    assert content(message, "html") == "<p>五人遇难</p>\n"


def test_the_same_mail_is_the_same_bytes() -> None:
    assert build_mail(MAIL) == build_mail(replace(MAIL))


def test_a_message_id_is_stable_and_tells_its_parts_apart() -> None:
    assert message_id("example.org", "a", "bc") == "<40bb547d936bbd31318ee37ac8799e7ecbb22eda@example.org>"
    assert message_id("example.org", "a", "bc") != message_id("example.org", "ab", "c")


def test_a_thread_is_kept_by_references_however_long() -> None:
    ids = tuple(message_id("example.org", str(number)) for number in range(40))
    message = parsed(build_mail(replace(MAIL, references=ids)))
    assert message["References"].split() == list(ids)
    assert message["In-Reply-To"] == ids[-1]


def test_long_headers_stand_on_one_line_as_they_were_given() -> None:
    sender = f"monitor@{'a-very-long-name-of-an-organisation.' * 3}example.org"
    long_id = message_id(sender.partition("@")[2], "digest")
    lines = build_mail(replace(MAIL, sender=sender, id=long_id)).split(b"\r\n")
    assert f"Message-ID: {long_id}".encode() in lines
    assert f"List-Id: <morning.monitor.{sender.partition('@')[2]}>".encode() in lines


def test_a_title_can_neither_add_headers_nor_turn_the_line_around() -> None:
    evil = "Blast\r\nBcc: spy@example.org\x00\u2028in \u202eGwadar\u2066\ud800"
    message = parsed(build_mail(replace(MAIL, subject=evil)))
    assert message["Subject"] == "Blast Bcc: spy@example.org in Gwadar"
    assert message["Bcc"] is None


def test_a_title_that_looks_encoded_is_shown_as_it_is() -> None:
    message = parsed(build_mail(replace(MAIL, subject="=?utf-8?B?SGVsbG8=?= from Gwadar")))
    assert message["Subject"] == "= ?utf-8?B?SGVsbG8= ?= from Gwadar"


def test_a_long_urdu_subject_survives_in_encoded_words_of_75() -> None:
    subject = "[critical] داسو کے قریب قافلے پر حملہ، پانچ چینی انجینئر ہلاک، پولیس — 五名中国工程师遇难 " * 3
    raw = build_mail(replace(MAIL, subject=subject))
    assert parsed(raw)["Subject"] == subject.strip()
    words = re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", raw.split(b"\r\n\r\n")[0], re.IGNORECASE)
    assert len(words) > 3
    assert max(len(word) for word in words) <= 75


def test_international_domains_become_a_labels() -> None:
    assert ascii_address("reader@München.example") == "reader@xn--mnchen-3ya.example"
    assert ascii_address("reader@straße.example") == "reader@xn--strae-oqa.example"
    message = parsed(build_mail(replace(MAIL, sender="Beobachter <a@bücher.example>")))
    assert message["From"] == "Beobachter <a@xn--bcher-kva.example>"
    assert message["List-Id"] == "<morning.monitor.xn--bcher-kva.example>"


@pytest.mark.parametrize(
    "address", ["", "nobody", "@example.org", "a@", "a b@example.org", "a@b..org", "نادیہ@example.org"]
)
def test_what_is_no_usable_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        ascii_address(address)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=400)


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_gives_sound_bytes(subject: str, text: str, html: str) -> None:
    raw = build_mail(replace(MAIL, subject=subject, text=text, html=html))
    assert raw.isascii()
    assert b"\x00" not in raw
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    message = parsed(raw)
    assert " ".join(str(message["Subject"]).split()) == header_text(subject)
    assert message["Message-ID"] == MAIL.id
    kept = re.sub("[\x00\ud800-\udfff]", "", text)
    assert content(message, "plain").split() == kept.split()


def test_a_mail_arrives_as_it_was_built(tmp_path: Path) -> None:
    raw = build_mail(replace(MAIL, text=".\n..\nFrom here\n" + "x" * 3000 + "\n", html="<p>پانچ</p>" * 500))
    with mail_sink(tmp_path) as sink:
        route = EmailRoute("desk", HOST, sink.port, "monitor@example.org", MAIL.to, ca_file=sink.ca_file)
        assert isinstance(send_mail(route, raw, MAIL.to), Sent)
        assert sink.received[0].content == raw
        assert content(sink.received[0].message, "plain") == ".\n..\nFrom here\n" + "x" * 3000 + "\n"
