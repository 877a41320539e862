from __future__ import annotations

import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.deliver.email import send_mail, send_to_each
from monitor.deliver.routes import EmailRoute, Tls
from monitor.records import SendFailed, Sent
from tests.mail import HOST, MailSink, mail_sink

MESSAGE = b"Subject: digest\r\nMessage-ID: <1@example.org>\r\n\r\nfirst line\r\n.hidden dot\r\n"
READER = "reader@example.org"


def route_to(sink: MailSink, **changes: object) -> EmailRoute:
    settings: dict[str, object] = {
        "name": "desk-mail",
        "host": HOST,
        "port": sink.port,
        "sender": "Monitor <monitor@example.org>",
        "to": (READER,),
        "ca_file": sink.ca_file,
        "timeout": timedelta(seconds=10),
    }
    return EmailRoute(**{**settings, **changes})  # type: ignore[arg-type]  # the defaults of a dozen tests


def with_password(sink: MailSink, folder: Path, password: str, **changes: object) -> EmailRoute:
    file = folder / "password.txt"
    file.write_text(password + "\n", encoding="utf-8")
    return route_to(sink, user="monitor", password_file=file, **changes)


@pytest.mark.parametrize("tls", list(Tls))
def test_the_server_gets_the_very_bytes(tmp_path: Path, tls: Tls) -> None:
    with mail_sink(tmp_path, tls=tls.value) as sink:
        outcome = send_mail(route_to(sink, tls=tls), MESSAGE, [READER])
        assert outcome == Sent("250 2.0.0 taken")
        assert [mail.content for mail in sink.received] == [MESSAGE]
        assert sink.received[0].sender == "monitor@example.org"
        assert sink.received[0].recipients == (READER,)
        assert sink.received[0].is_encrypted is (tls is not Tls.NONE)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
def test_the_password_comes_from_its_file(tmp_path: Path, tls: Tls) -> None:
    with mail_sink(tmp_path, tls=tls.value, users={"monitor": "pässword"}) as sink:
        assert isinstance(send_mail(with_password(sink, tmp_path, "pässword", tls=tls), MESSAGE, [READER]), Sent)
        assert sink.received[0].user == "monitor"


def test_the_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_MAIL_PASSWORD", "secret")
    with mail_sink(tmp_path, users={"monitor": "secret"}) as sink:
        route = route_to(sink, user="monitor", password_env="DESK_MAIL_PASSWORD")
        assert isinstance(send_mail(route, MESSAGE, [READER]), Sent)


def test_a_wrong_password_is_said_in_words_and_can_be_mended(tmp_path: Path) -> None:
    with mail_sink(tmp_path, users={"monitor": "secret"}) as sink:
        outcome = send_mail(with_password(sink, tmp_path, "guess"), MESSAGE, [READER])
        assert isinstance(outcome, SendFailed)
        assert not outcome.is_permanent
        assert not outcome.is_uncertain
        assert "does not accept the user or password" in outcome.reason
        assert "password.txt" in outcome.reason
        assert "guess" not in outcome.reason
        assert sink.received == []


def test_a_missing_password_is_said_before_the_server_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_MAIL_PASSWORD", raising=False)
    with mail_sink(tmp_path, users={"monitor": "secret"}) as sink:
        no_file = send_mail(route_to(sink, user="monitor", password_file=tmp_path / "none"), MESSAGE, [READER])
        no_variable = send_mail(route_to(sink, user="monitor", password_env="DESK_MAIL_PASSWORD"), MESSAGE, [READER])
        nothing = send_mail(route_to(sink, user="monitor"), MESSAGE, [READER])
    assert isinstance(no_file, SendFailed)
    assert no_file.reason == f"cannot read the password file {tmp_path / 'none'}: no such file or directory"
    assert isinstance(no_variable, SendFailed)
    assert no_variable.reason == "the environment variable DESK_MAIL_PASSWORD with the password is not set"
    assert isinstance(nothing, SendFailed)
    assert "neither password_file nor password_env" in nothing.reason


def test_one_of_two_recipients_refused_does_not_cost_the_other_the_mail(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.refused_recipients["gone@example.org"] = "550 5.1.1 no such user"
        outcomes = send_to_each(route_to(sink), MESSAGE, [READER, "gone@example.org"])
        assert outcomes[READER] == Sent("250 2.0.0 taken")
        assert outcomes["gone@example.org"] == SendFailed(
            "gone@example.org was refused: 550 5.1.1 no such user", is_permanent=True
        )
        assert [mail.recipients for mail in sink.received] == [(READER,)]
        together = send_mail(route_to(sink), MESSAGE, [READER, "gone@example.org"])
        assert together == Sent("250 2.0.0 taken; gone@example.org was refused: 550 5.1.1 no such user")


def test_when_every_recipient_is_refused_nothing_is_handed_over(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.refused_recipients[READER] = "450 4.2.1 try again later"
        outcome = send_mail(route_to(sink), MESSAGE, [READER])
        assert outcome == SendFailed("reader@example.org was refused: 450 4.2.1 try again later")
        assert sink.attempts == []


def test_a_refused_sender_can_be_mended(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.mail_reply = "550 5.7.1 you may not send as this address"
        outcome = send_mail(route_to(sink), MESSAGE, [READER])
    assert isinstance(outcome, SendFailed)
    assert not outcome.is_permanent
    assert "refused while naming the sender monitor@example.org: 550" in outcome.reason


def test_after_a_temporary_failure_the_retry_sends_identical_bytes(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.data_replies = ["451 4.3.0 queue is full"]
        first = send_mail(route_to(sink), MESSAGE, [READER])
        second = send_mail(route_to(sink), MESSAGE, [READER])
        assert isinstance(first, SendFailed)
        assert (first.is_permanent, first.is_uncertain) == (False, False)
        assert "451 4.3.0 queue is full" in first.reason
        assert isinstance(second, Sent)
        assert sink.attempts == [MESSAGE, MESSAGE]
        assert len(sink.received) == 1


def test_a_mail_refused_for_its_content_is_not_tried_again(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.data_replies = ["554 5.7.1 looks like spam"]
        outcome = send_mail(route_to(sink), MESSAGE, [READER])
    assert isinstance(outcome, SendFailed)
    assert (outcome.is_permanent, outcome.is_uncertain) == (True, False)


def test_a_connection_lost_after_the_mail_was_handed_over_is_uncertain(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.drops_after_data = 1
        outcome = send_mail(route_to(sink), MESSAGE, [READER])
        assert isinstance(outcome, SendFailed)
        assert (outcome.is_permanent, outcome.is_uncertain) == (False, True)
        assert "may have arrived" in outcome.reason
        assert len(sink.received) == 1


def test_a_server_that_never_answers_the_mail_is_uncertain(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        sink.hangs_after_data = 1
        outcome = send_mail(route_to(sink, timeout=timedelta(seconds=1)), MESSAGE, [READER])
    assert isinstance(outcome, SendFailed)
    assert outcome.is_uncertain
    assert "did not answer within 1 s while handing over the mail" in outcome.reason


def test_a_server_without_starttls_is_not_talked_to_in_the_clear(tmp_path: Path) -> None:
    with mail_sink(tmp_path, tls="none") as sink:
        outcome = send_mail(route_to(sink, tls=Tls.STARTTLS), MESSAGE, [READER])
        assert isinstance(outcome, SendFailed)
        assert "offers no STARTTLS" in outcome.reason
        assert sink.commands == []


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path, tls: Tls) -> None:
    with mail_sink(tmp_path, tls=tls.value) as sink:
        outcome = send_mail(route_to(sink, tls=tls, ca_file=None), MESSAGE, [READER])
        assert isinstance(outcome, SendFailed)
        assert "certificate" in outcome.reason
        assert "not valid" in outcome.reason
        assert not outcome.is_permanent
        assert sink.received == []


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
def test_a_certificate_for_another_name_is_refused(tmp_path: Path, tls: Tls) -> None:
    with mail_sink(tmp_path, tls=tls.value, name="other.example.org") as sink:
        outcome = send_mail(route_to(sink, tls=tls), MESSAGE, [READER])
        assert isinstance(outcome, SendFailed)
        assert "certificate" in outcome.reason
        assert sink.received == []


def test_tls_spoken_to_a_server_that_does_not_is_said_in_words(tmp_path: Path) -> None:
    with mail_sink(tmp_path, tls="none") as sink:
        outcome = send_mail(route_to(sink, tls=Tls.TLS), MESSAGE, [READER])
    assert isinstance(outcome, SendFailed)
    assert "does not speak TLS as asked" in outcome.reason


def test_a_server_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        route = route_to(sink)
    outcome = send_mail(route, MESSAGE, [READER])
    assert isinstance(outcome, SendFailed)
    assert "refuses the connection" in outcome.reason
    unknown = send_mail(route_to(sink, host="mail.invalid"), MESSAGE, [READER])
    assert isinstance(unknown, SendFailed)
    assert "is not known by that name" in unknown.reason


def test_a_server_that_only_listens_times_out(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink, socket.create_server((HOST, 0)) as silent:
        route = route_to(sink, port=silent.getsockname()[1], timeout=timedelta(seconds=1))
        outcome = send_mail(route, MESSAGE, [READER])
    assert outcome == SendFailed(
        f"mail server 127.0.0.1:{route.port} did not answer within 1 s while connecting", is_permanent=False
    )


def test_a_server_that_hangs_up_at_once_is_no_uncertainty(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink, socket.create_server((HOST, 0)) as rude:

        def hang_up() -> None:
            connection, _ = rude.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        outcome = send_mail(route_to(sink, port=rude.getsockname()[1]), MESSAGE, [READER])
        thread.join(10)
    assert isinstance(outcome, SendFailed)
    assert not outcome.is_uncertain


def test_an_address_that_is_none_is_refused_without_a_connection(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        outcome = send_mail(route_to(sink), MESSAGE, ["nobody"])
        assert sink.commands == []
    assert isinstance(outcome, SendFailed)
    assert outcome.is_permanent
    assert '"nobody" is not a mail address' in outcome.reason


def test_an_international_domain_is_named_in_a_labels(tmp_path: Path) -> None:
    with mail_sink(tmp_path) as sink:
        assert isinstance(send_mail(route_to(sink), MESSAGE, ["reader@münchen.example"]), Sent)
        assert sink.received[0].recipients == ("reader@xn--mnchen-3ya.example",)
