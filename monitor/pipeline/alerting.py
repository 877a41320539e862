"""From matches to alert messages: decisions for each analyst, one frozen message per analyst, story and route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor.alerts.decide import Circumstances, decide
from monitor.alerts.route import capped, recipients, send_after
from monitor.config import Analyst
from monitor.pipeline.desk import Desk
from monitor.pipeline.messages import alert_messages
from monitor.records import Alert, AssessedItem, Decision, OutboxMessage, PastAlert, RuleMatch, Send
from monitor.rules.match import muted
from monitor.store import alerts as alert_rows
