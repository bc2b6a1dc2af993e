"""`/health/live` and `/health/ready`: whether this node may be given work, and what to tell its operator."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapter.app.counting import calendar_condition
from adapter.app.sizing import room_condition
from adapter.app.trusting import condition_of, roles_condition
from signing import gost
from storage import StoreError, Transaction

if TYPE_CHECKING:
    from adapter.app.composition import Runtime

#: A node whose clock is further from the database's is not ready (design, section 3).
CLOCK_TOLERANCE = timedelta(seconds=5)

OK, FAIL, WARN = "ok", "fail", "warn"


def health(runtime: Runtime, path: str) -> tuple[int, bytes]:
    """Answer a request for a page of health.

    Ready means: the database answers, its clock agrees, and the own key can sign. GOST that nobody computes
    here and faults of trust, roles and calendar are warnings: RSA and ECDSA, and what is in force, go on.

    Returns:
        HTTP status and JSON: `status`, `checks` (name -> ok, warn or fail; `disk` only when it warns),
            `gost`, `trust`, `roles`, `calendar`, `disk`.
    """
    if path != "/health/ready":
        return 200, json.dumps({"status": "live"}).encode()
    trust = condition_of(runtime.context.trust, runtime.warnings(runtime.clock()))
    roles = roles_condition(runtime.context.roles)
    calendar = calendar_condition(runtime.calendar, runtime.clock())
    report = gost.report()
    checks = {
        **_database(runtime),
        "key": _own_key(runtime, report),
        "gost": WARN if report.missing else OK,
        "trust": WARN if trust["fault"] or trust["unreachable"] or trust["warnings"] else OK,
        "roles": WARN if roles["fault"] else OK,
        "calendar": WARN if calendar["fault"] or calendar["unknown_years"] else OK,
    }
    room = room_condition(runtime) if FAIL not in (checks["database"], checks["clock"]) else {}
    if room.get("warnings"):
        checks["disk"] = WARN
    ready = FAIL not in checks.values()
    body = {
        "status": "ready" if ready else "not ready",
        "checks": checks,
        "gost": gost_condition(report),
        "trust": trust,
        "roles": roles,
        "calendar": calendar,
        "disk": room,
    }
    return (200 if ready else 503), json.dumps(body, ensure_ascii=False).encode()


def gost_condition(report: gost.GostReport) -> dict[str, object]:
    """Return what is shown of GOST: libraries with their versions or faults, and what nobody computes."""
    return {
        "backends": [
            {
                "name": one.name,
                "version": one.version,
                "problem": one.problem,
                "curves": sum(name == one.name for name in report.curves.values()),
            }
            for one in report.backends
        ],
        "missing": list(report.missing),
    }


def _database(runtime: Runtime) -> dict[str, str]:
    try:
        drift = abs(runtime.store.read(_asked) - datetime.now(UTC))
    except StoreError:
        return {"database": FAIL, "clock": OK}
    return {"database": OK, "clock": FAIL if drift > CLOCK_TOLERANCE else OK}


def _own_key(runtime: Runtime, report: gost.GostReport) -> str:
    key = runtime.context.key.private_key
    if isinstance(key, gost.GostPrivateKey | gost.ExternalKey):
        return OK if key.curve.oid in report.curves else FAIL
    return OK


def _asked(tx: Transaction) -> datetime:
    """Ask the database something real, a small table, and its time."""
    tx.leases.list()
    return tx.now()
