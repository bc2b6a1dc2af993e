"""The configuration becomes calendar, terms, chain, contacts and followers of a node."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from adapter.app.checking import check_config
from adapter.app.composition import open_runtime
from adapter.app.counting import unknown_years
from adapter.app.delivering import engine_of, leader_of
from adapter.app.running import upkeep_of
from adapter.calendars.library import last_known_year
from adapter.config import load
from adapter.config_problems import ConfigError
from adapter.domain.escalation import DEFAULT_CHAIN, Level
from adapter.stand.actors import BUREAU
from tests.integration.delivery import emulator
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE

ADDED = """
[deadlines]
calendar_file = "calendar.toml"
[[deadlines.terms]]
code = "BUREAU_RETURN"
length = 5
source = "соглашение"
[[deadlines.chain]]
level = "ministry"
days = 3
[mail]
host = "localhost"
port = 1
security = "none"
sender = "mse@adapter.example"
[[mail.contacts]]
level = "ministry"
email = "m@x.example"
"""


def configured(
    gateway: Gateway, added: str, *, secret: str = "", news: str = "http://127.0.0.1:1/news"
) -> Path:
    """Add to the configuration of the gateway, and write the files that it names."""
    text = gateway.config.read_text(encoding="utf-8")
    first = 'certificates = ["var/keys/mis.cert.pem"]'
    hook = f'webhook = "{news}"\nwebhook_secret_files = ["secret.txt"]'
    gateway.config.write_text(text.replace(first, f"{first}\n{hook}") + added, encoding="utf-8")
    folder = gateway.config.parent
    (folder / "calendar.toml").write_text("[country]\noff = [2026-03-03]\n", encoding="utf-8")
    random = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    (folder / "secret.txt").write_text(secret or random, encoding="ascii")
    return folder


def test_the_configuration_is_what_counts_and_tells(gateway: Gateway) -> None:
    """Terms, days off, chain, contacts and followers are those of the files; the jobs of the leader run."""
    configured(gateway, ADDED)
    gateway.close()
    gateway.open()
    context = gateway.runtime.context
    gateway.clock.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    walk = Walk(gateway).to("REGISTERED")
    deadline = gateway.row(walk.number).deadline_at
    assert deadline == datetime(2026, 3, 11, 20, 59, 59, tzinfo=UTC)  # 9 March is off, and so is 3 March
    assert [step.name for step in context.following.chain] == ["ministry+3"]
    assert context.contacts.of(Level.MINISTRY, BUREAU.oid) == ("m@x.example",)
    assert [one.code for one in context.following.followers] == ["MISA01001"]
    assert engine_of(gateway.runtime).drain() > 0
    assert {job.name for job in leader_of(gateway.runtime, "node")._jobs} >= {
        "expire terms",
        "tell of terms",
        "count terms anew",
    }


def test_without_sections_there_are_terms_and_nobody_to_tell(gateway: Gateway) -> None:
    """The shipped configuration counts by the tables of the project and writes to nobody."""
    context = gateway.runtime.context
    assert context.following.chain == DEFAULT_CHAIN
    assert context.contacts.of(Level.OPERATOR, BUREAU.oid) == ()
    assert context.following.followers == ()


def test_a_changed_calendar_is_taken_up_and_counted_anew(gateway: Gateway) -> None:
    """The upkeep of the process reads the file again; the next look of the leader moves what runs."""
    folder = configured(gateway, ADDED)
    gateway.close()
    gateway.open()
    gateway.clock.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    walk = Walk(gateway).to("REGISTERED")
    (folder / "calendar.toml").write_text("", encoding="utf-8")
    upkeep_of(gateway.runtime).tick()
    (job,) = [one for one in leader_of(gateway.runtime, "node")._jobs if one.name == "count terms anew"]
    job.run()
    before = datetime(2026, 3, 11, 20, 59, 59, tzinfo=UTC)
    assert gateway.row(walk.number).deadline_at == before - timedelta(days=1)
    (folder / "calendar.toml").write_text("x", encoding="utf-8")
    upkeep_of(gateway.runtime).tick()
    assert gateway.runtime.calendar.fault


@pytest.mark.parametrize(
    ("file", "content", "key"),
    [
        ("calendar.toml", "[country]\noff = [1]\n", "deadlines.calendar_file: country.off[1]"),
        ("secret.txt", "whsec_short", "partners[1].webhook_secret_files"),
        ("secret.txt", "секрет", "partners[1].webhook_secret_files"),
    ],
)
def test_the_check_of_the_configuration_reads_the_files(
    gateway: Gateway, file: str, content: str, key: str
) -> None:
    """`config check` names what is wrong in calendar and secrets, and never shows a secret."""
    folder = configured(gateway, ADDED)
    assert check_config(gateway.config).accepted
    (folder / file).write_text(content, encoding="utf-8")
    report = check_config(gateway.config)
    assert [one.place for one in report.problems] == [key]
    assert content not in str(report.problems)


def test_a_calendar_that_cannot_be_used_stops_the_start(gateway: Gateway) -> None:
    """The first start refuses a wrong file; only a running node goes on with the former one."""
    folder = configured(gateway, ADDED)
    (folder / "calendar.toml").write_text("x", encoding="utf-8")
    gateway.close()
    with pytest.raises(ConfigError):
        open_runtime(load(gateway.config), gateway.clock)


def test_the_mail_server_needs_its_files(gateway: Gateway) -> None:
    """A password or an authority that cannot be read is named by `config check`."""
    added = ADDED.replace('sender = "mse', 'user = "u"\npassword_file = "none"\nsender = "mse')
    configured(gateway, added)
    assert [one.place for one in check_config(gateway.config).problems] == ["mail.password_file"]
    text = gateway.config.read_text(encoding="utf-8")
    text = text.replace('user = "u"\npassword_file = "none"', 'ca_file = "calendar.toml"')
    gateway.config.write_text(text, encoding="utf-8")
    assert [one.place for one in check_config(gateway.config).problems] == ["mail.ca_file"]


def test_years_are_asked_for_before_they_begin(gateway: Gateway) -> None:
    """The present year always, the next one from November on, and those that were counted already."""
    calendar, last = gateway.runtime.calendar, last_known_year()
    assert unknown_years(calendar, datetime(last, 10, 31, tzinfo=UTC)) == ()
    assert unknown_years(calendar, datetime(last, 11, 1, tzinfo=UTC)) == (last + 1,)
    assert unknown_years(calendar, datetime(last + 1, 1, 1, tzinfo=UTC)) == (last + 1,)
    calendar.is_working(datetime(last + 3, 1, 12, tzinfo=UTC).date(), "")
    assert unknown_years(calendar, datetime(last, 1, 1, tzinfo=UTC)) == (last + 3,)


class Postbox:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a letter."""
        self.taken.append(envelope)
        return "250 OK"


def personal(walk: Walk) -> list[str]:
    """Return what of the referral may be in no push and no letter."""
    citizen, main = walk.referral.citizen, walk.referral.diagnosis.main
    found = [
        citizen.snils,
        citizen.family_name,
        citizen.given_name,
        main.icd10,
        walk.referral.organization.name,
    ]
    return [one for one in found if one]


def test_the_whole_way_of_a_letter_and_of_news(gateway: Gateway) -> None:
    """From a move and a term that is over to a mail server and an address; nothing personal arrives."""
    box, secret = Postbox(), os.urandom(32)
    port = int(emulator.closed_address().rsplit(":", 1)[1].split("/")[0])
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    with emulator.serving(emulator.answer(b"", status=204)) as mis:
        added = ADDED.replace("port = 1", f"port = {port}").replace(
            'host = "localhost"', 'host = "127.0.0.1"'
        )
        written = "whsec_" + base64.b64encode(secret).decode()
        configured(gateway, added, secret=written, news=mis.address)
        gateway.close()
        gateway.open()
        walk = Walk(gateway).to("IN_WORK")
        gateway.clock.turn(days=120)
        jobs = {one.name: one for one in leader_of(gateway.runtime, "node")._jobs}
        jobs["tell of terms"].run()
        engine_of(gateway.runtime).drain()
    server.stop()
    (letter,) = box.taken
    assert isinstance(letter.content, bytes)
    text = message_from_bytes(letter.content, policy=SMTP).get_content()
    assert letter.rcpt_tos == ["m@x.example"]
    assert f"{walk.number}  до " in text
    states = [json.loads(one.body)["data"]["state"] for one in mis.received]
    assert sorted(states) == sorted(["REMD_REGISTERED", "DELIVERED", "REGISTERED", "IN_WORK"])
    for one in mis.received:
        signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
        mark = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert one.headers["webhook-signature"] == f"v1,{mark}"
    everything = text + letter.content.decode() + "".join(one.body.decode() for one in mis.received)
    assert len(personal(walk)) == 5
    assert [one for one in personal(walk) if one in everything] == []
