"""Messages that failed for good: each digest names them once, and they go out again when asked."""

from __future__ import annotations

from pathlib import Path

from tests.mail import HOST, mail_sink
from tests.workspaces import config_of, copy_workspace, monitor, rows

READER = "desk@example.org"
STATES = "select status from outbox where route = 'desk-mail' order by created_at"


def mail_config(port: int) -> str:
    route = f"""[route.desk-mail]
kind = "email"
host = "{HOST}"
port = {port}
tls = "none"
from = "monitor@example.org"
to = ["{READER}"]
"""
    return config_of("", route)


def digest_texts(root: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((root / "out").glob("morning-*.md"))]


def test_a_failed_message_is_named_in_one_digest_and_goes_out_when_put_back(fitted: Path, tmp_path: Path) -> None:
    with mail_sink(tmp_path / "mail", tls="none") as sink:
        config = mail_config(sink.port).replace(
            'analysts = ["cpec-desk", "sanctuaries-desk"]\nroutes = ["folder"]',
            'analysts = ["cpec-desk", "sanctuaries-desk"]\nroutes = ["folder", "desk-mail"]',
        )
        root = copy_workspace(fitted, tmp_path / "desk", config)
        sink.refused_recipients[READER] = "550 5.1.1 no such user"
        assert monitor(root, "once", "--digest", "morning").code == 3
        assert rows(root, STATES) == [("failed",)]
        assert "no such user" in monitor(root, "status").out
        frozen = rows(root, "select id, content from outbox where status = 'failed'")
        sink.refused_recipients.clear()
        for _ in range(2):
            assert monitor(root, "once", "--digest", "morning").code == 0
        assert ["no such user" in text for text in digest_texts(root)] == [False, True, False]
        assert monitor(root, "deliveries", "retry", "<other").code == 2
        ((wanted, content),) = frozen
        assert str(wanted) in monitor(root, "deliveries", "list").out
        done = monitor(root, "deliveries", "retry", str(wanted)[:8])
        assert (done.code, done.out.startswith("queued again for desk-mail: ")) == (0, True)
        assert rows(root, STATES) == [("retry",), ("sent",), ("sent",)]
        assert monitor(root, "once").code == 0
        assert rows(root, STATES) == [("sent",)] * 3
        assert sink.received[-1].content.strip() == bytes(content).strip()  # type: ignore[call-overload] # a BLOB
        assert monitor(root, "deliveries", "retry").err.startswith("no message has failed")
