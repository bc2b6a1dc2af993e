"""The wiring of deliveries: which sender carries which kind, and what the leader does by the clock."""

from __future__ import annotations

from datetime import timedelta

from adapter.app.archiving import archive
from adapter.app.composition import Runtime
from adapter.app.partner_tls import load_partner_tls
from adapter.app.sizing import measure_of
from adapter.app.telling import load_mail_server, load_webhook_secrets
from adapter.clients.sending import Timeouts
from adapter.config import Config
from adapter.config_retry import KINDS
from adapter.delivery.aging import lay_aside_too_old
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.demand_content import DemandContent
from adapter.delivery.engine import Engine
from adapter.delivery.leader import Job, Leader
from adapter.delivery.notices import Letters, StatusPush
from adapter.delivery.register_document import RegisterDocument
from adapter.delivery.retry import Policy
from adapter.delivery.senders import NotifyReturn, ReceiveReferral, Sender
from adapter.delivery.settings import Settings
from adapter.operations.following import STATUS_PUSH
from adapter.operations.housekeeping import (
    anchor_journal,
    doubt_lost_verdicts,
    expire_uploads,
    forget_nodes,
    forget_refused,
    recheck_certificates,
)
from adapter.operations.mail import DEMAND
from adapter.operations.sizing import record_sizes
from adapter.operations.statistics import count
from adapter.operations.timers import LETTER, expire_terms, recount_terms, tell_of_terms
from adapter.operations.unknown_verdicts import apply_unknown_verdicts


def engine_of(runtime: Runtime, node: str = "") -> Engine:
    """Return the delivery workers of a node; what they hold is held under its name."""
    context, config = runtime.context, runtime.config
    entities = {one.code: one.client_entity_id for one in config.partners if one.client_entity_id}
    tls = load_partner_tls(config)
    callback = f"{config.service.public_url}/ws/remd-callback"
    senders: dict[str, Sender] = {
        "registerDocument": RegisterDocument(context, entities, callback, tls),
        DEMAND: DemandContent(context, entities, callback, tls),
        "ReceiveReferral": ReceiveReferral(context, tls),
        "NotifyReturn": NotifyReturn(context, tls),
        STATUS_PUSH: StatusPush(context, load_webhook_secrets(config), tls),
    }
    server = load_mail_server(config.mail)
    if server is not None:
        senders[LETTER] = Letters(context, server, config.mail.sender)
    return Engine(context, senders, settings_of(config), node=node)


def settings_of(config: Config) -> Settings:
    """Return what the delivery of a node is tuned by."""
    delivery, retry = config.delivery, config.retry
    lives = {kind: hours * 3600.0 for kind, hours in retry.life_hours.items()}
    return Settings(
        workers=delivery.workers,
        batch=delivery.batch,
        lease_seconds=delivery.lease_seconds,
        poll_seconds=delivery.poll_seconds,
        timeouts=Timeouts(
            connect=delivery.connect_timeout,
            read=delivery.read_timeout,
            total=delivery.connect_timeout + 2 * delivery.read_timeout,
        ),
        policy=Policy(
            attempts=delivery.attempts,
            base=retry.base_seconds,
            cap=retry.cap_seconds,
            jitter=retry.jitter,
            longest_wait=retry.longest_wait_seconds,
            lives=lives,
        ),
        breaker=BreakerPolicy(retry.breaker_failures, retry.breaker_rest_seconds),
        claims=retry.claims,
    )


def leader_of(runtime: Runtime, owner: str) -> Leader:
    """Return the candidate of a node for the one leader."""
    context, config = runtime.context, runtime.config
    patience = timedelta(seconds=config.delivery.verdict_timeout_seconds)
    life = timedelta(days=config.retention.refused_raw_days)
    silence = timedelta(days=config.nodes.forget_days)
    warning_days = config.retention.disk_warning_days
    settings, rounds = settings_of(config), config.retry.verdict_rounds
    jobs = [
        Job("recheck certificates", 30, lambda: _done(recheck_certificates(context))),
        Job("doubt lost verdicts", 60, lambda: _done(doubt_lost_verdicts(context, patience, rounds))),
        Job("apply unknown verdicts", 60, lambda: _done(apply_unknown_verdicts(context))),
        Job("lay aside what is too old", 60, lambda: _done(lay_aside_too_old(context, settings, KINDS))),
        Job("count terms anew", 600, lambda: _done(recount_terms(context))),
        Job("expire terms", 60, lambda: _done(expire_terms(context))),
        Job("tell of terms", 60, lambda: _done(tell_of_terms(context))),
        Job("forget refused messages", 3600, lambda: _done(forget_refused(context, life))),
        Job("expire uploads", 3600, lambda: _done(expire_uploads(context))),
        Job("count for reports", 60, lambda: _done(count(context))),
        Job("anchor the journal", 600, lambda: _done(anchor_journal(context))),
        Job("forget nodes", 3600, lambda: _done(forget_nodes(context, silence))),
        Job("archive closed referrals", 300, lambda: _done(archive(context, config.retention))),
        Job("measure the disk", 3600, lambda: _done(record_sizes(context, measure_of(config), warning_days))),
    ]
    return Leader(
        context.store, owner, jobs, lease_seconds=config.nodes.leader_lease_seconds, meter=context.meter
    )


def _done(_: object) -> None:
    """Drop a result that only tests look at."""
