"""Zeep, in its strict mode: `python -m tests.interop.judges.zeep_judge BASE_URL CALLS.json`."""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import zeep
from zeep.transports import Transport

SECONDS = 30


def main(base_url: str, calls: Path) -> None:
    """Load every service, make every call, print what was understood."""
    given = json.loads(calls.read_text(encoding="utf-8"))
    transport: Any = cast("Any", Transport)(timeout=SECONDS, operation_timeout=SECONDS)
    settings = zeep.Settings(strict=True)
    clients: dict[str, Any] = {
        path: zeep.Client(f"{base_url}{path}?wsdl", transport=transport, settings=settings)
        for path in given["services"]
    }
    say("generated")
    for call in given["calls"]:
        operation = call["operation"]
        answer = clients[call["path"]].service[operation](
            Message=message(call["sender"], call["recipient"]),
            MessageData={"AppData": {f"{operation}Request": with_bytes(call["request"])}},
        )
        data = answer.MessageData.AppData
        (name,) = [one for one in data if data[one] is not None and not one.startswith("_")]
        assert isinstance(answer.Message.Date, datetime)
        say(f"{call['name']}|{answer.Message.Status}|{name}|{facts(name, data[name])}")


def message(sender: str, recipient: str) -> dict[str, Any]:
    """Return smev:Message."""
    return {
        "Sender": {"Code": sender, "Name": sender},
        "Recipient": {"Code": recipient, "Name": recipient},
        "TypeCode": "GSRV",
        "Status": "REQUEST",
        "Date": datetime.now(UTC),
        "ExchangeType": "2",
    }


def with_bytes(values: Any) -> Any:
    """Return the values with every `content` as the bytes that zeep encodes."""
    if isinstance(values, list):
        return [with_bytes(one) for one in values]
    if not isinstance(values, dict):
        return values
    return {name: b64decode(one) if name == "content" else with_bytes(one) for name, one in values.items()}


def facts(name: str, answer: Any) -> str:
    """Return the few facts of an answer that are compared; `?` is a value not of the type of the schema."""
    if name == "Errors":
        return ";".join(f"{one['code']} {one['path'] or ''}" for one in answer.error)
    if name == "UploadAttachmentPartResponse":
        return f"{typed(answer.received, int)} {typed(answer.complete, bool)}"
    if name == "FetchReferralsResponse":
        return (
            f"{len(answer.item)} {typed(answer.retryAfterSeconds, int)} {typed(answer.moreAvailable, bool)}"
        )
    if name == "GetServiceInformationResponse":
        return f"{answer.onDate.isoformat()} {len(answer.section)} {len(answer.term)}"
    return ""


def typed(value: object, kind: type) -> str:
    """Return a value as the schema writes it."""
    return json.dumps(value) if type(value) is kind else "?"


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
