"""`deliveries test`: one message through one route, now, outside the outbox."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from monitor.config import Config
from monitor.deliver.message import Mail, build_mail, domain_of, message_id
from monitor.deliver.routes import FolderRoute
from monitor.errors import InputError
from monitor.pipeline.deliver import hand_over
from monitor.records import OutboxMessage, SendOutcome

_TEXT = "This is a test message of monitor. If you can read it, the route works."


def test_route(config: Config, root: Path, name: str, now: datetime) -> SendOutcome:
    """Send a test message and return what became of it. Raises InputError for a route that config.toml lacks."""
    routes = {route.name: route for route in config.routes}
    if name not in routes:
        raise InputError(f'no route called "{name}" in config.toml', f"routes defined: {', '.join(routes) or 'none'}")
    route = routes[name]
    mark = f"test-{now:%Y%m%dT%H%M%SZ}"
    if isinstance(route, FolderRoute):
        recipient, content = f"{mark}.md", f"{_TEXT}\n".encode()
    else:
        id_ = message_id(domain_of(route.sender), mark, name)
        mail = Mail(id_, route.sender, route.to, "Test message of monitor", _TEXT, f"<p>{_TEXT}</p>", now, "test")
        recipient, content = route.to[0], build_mail(mail)
    message = OutboxMessage(mark, name, recipient, "test", "test", "Test message of monitor", content, now)
    return hand_over(routes, root, message)
