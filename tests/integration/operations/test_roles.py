"""The role policy as a file of the operator: what is in force while the node runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.app.composition import open_runtime
from adapter.app.readiness import health
from adapter.app.running import upkeep_of
from adapter.config import load
from adapter.config_problems import ConfigError
from adapter.contract.exchange.bureau import ReturnReferralRequest
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.operations.housekeeping import recheck_certificates
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, DOCTOR, MIS
from signing.roles.policy import BUREAU_HEAD, DEFAULT_POLICY
from signing.roles.policy_text import dump_policy
from signing.roles.rules import RolePolicy
from tests.integration.operations.authority import Authority
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE

(COMMISSION,) = DEFAULT_POLICY.commissions
STRICTER = replace(DEFAULT_POLICY, commissions=(replace(COMMISSION, min_commission_persons=4),))
#: The referral and its СЭМД have the same signers.
OF_BOTH_DOCUMENTS = ["MSE-2001", "MSE-2001"]
#: Return notices are signed by two.
TWO_HEADS = replace(
    DEFAULT_POLICY,
    rules=tuple(
        replace(rule, minimum=2, maximum=2) if rule.role == BUREAU_HEAD else rule
        for rule in DEFAULT_POLICY.rules
    ),
)


class Roles:
    """The file of a running node."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.path = gateway.config.parent / "roles.toml"

    def name(self) -> None:
        """Have the configuration name the file, and start the node anew."""
        self.gateway.close()
        text = self.gateway.config.read_text(encoding="utf-8")
        text += '\n[roles]\npolicy_file = "roles.toml"\n'
        self.gateway.config.write_text(text, encoding="utf-8")
        self.gateway.open()

    def put(self, policy: RolePolicy | str) -> None:
        """Replace the file, as an operator does."""
        beside = self.path.with_suffix(".new")
        beside.write_text(policy if isinstance(policy, str) else dump_policy(policy), encoding="utf-8")
        beside.replace(self.path)

    def change(self, policy: RolePolicy | str) -> None:
        """Replace the file under the running node, and let its upkeep look."""
        self.put(policy)
        upkeep_of(self.gateway.runtime).tick()

    def shown(self) -> tuple[int, str, dict[str, object]]:
        """Ask the node for its state: HTTP status, and what it tells of the roles."""
        status, body = health(self.gateway.runtime, "/health/ready")
        found = json.loads(body)
        return status, found["checks"]["roles"], found["roles"]


@pytest.fixture
def roles(gateway: Gateway) -> Roles:
    """A node whose file holds the built-in policy."""
    made = Roles(gateway)
    made.put(DEFAULT_POLICY)
    made.name()
    return made


def test_a_referral_refused_before_is_accepted_after_the_change(gateway: Gateway, roles: Roles) -> None:
    """Without a restart: four persons are asked for, then three again, and the same document passes."""
    document = gateway.clerk.referral(BUREAU)
    roles.change(STRICTER)
    refused = gateway.submit(document)
    roles.change(DEFAULT_POLICY)
    accepted = gateway.submit(document)

    assert (refused.status, refused.codes) == ("REJECT", OF_BOTH_DOCUMENTS)
    assert accepted.status == "ACCEPT"


def test_a_bad_file_changes_nothing_and_is_shown(gateway: Gateway, roles: Roles) -> None:
    """The former policy stays in force, the node stays ready and tells the fault until the file is mended."""
    before = roles.shown()
    roles.change(STRICTER)
    roles.change("[[role]]\ncolour = 1\n")
    assert gateway.submit().codes == OF_BOTH_DOCUMENTS
    status, check, told = roles.shown()
    roles.change(DEFAULT_POLICY)

    count = len(DEFAULT_POLICY.rules)
    assert before == (200, "ok", {"file": str(roles.path), "rules": count, "fault": ""})
    assert (status, check, told["rules"]) == (200, "warn", count)
    assert "[[role]] № 1 = 'colour'" in str(told["fault"])
    assert roles.shown() == before


def test_papers_of_the_bureau_are_judged_by_the_file(walk: Walk) -> None:
    """A return notice that one head signed is refused while the file asks for two."""
    gateway = walk.gateway
    roles = Roles(gateway)
    roles.put(TWO_HEADS)
    roles.name()
    walk.to("REGISTERED")
    notice = gateway.clerk.return_notice(walk.referral, walk.number, BUREAU)
    request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=notice)
    refused = gateway.call(BUREAU_SYSTEM, request)
    roles.change(DEFAULT_POLICY)
    accepted = gateway.call(BUREAU_SYSTEM, replace(request, request_id=request_id()))

    assert refused.codes == ["MSE-2001"]
    assert accepted.status == "RESULT"


def test_what_waits_for_a_status_is_judged_by_the_present_roles(
    gateway: Gateway, roles: Roles, keys: Path, tmp_path: Path
) -> None:
    """A referral kept until a certificate is known is refused when the roles have become stricter."""
    authority = Authority(keys, tmp_path / "trust")
    signers = (authority.key(DOCTOR), "chairman", "member-1", "member-2", "hospital-seal")
    holder = gateway.signed(gateway.clerk.referral(BUREAU).referral, signers)
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder)
    assert gateway.call(MIS, request).status == "ACCEPT"
    gateway.change(trust=authority.trust())
    roles.change(STRICTER)
    assert recheck_certificates(gateway.runtime.context) == 1
    (row,) = gateway.referrals()
    assert row.state == "NOT_ACCEPTED_SIGNATURE"


def test_a_node_does_not_start_with_a_bad_file(gateway: Gateway, roles: Roles) -> None:
    """Every fault is a problem of the configuration."""
    roles.put("[[role]]\ncolour = 1\n")
    with pytest.raises(ConfigError) as caught:
        open_runtime(load(gateway.config))
    keys = [one.place for one in caught.value.problems]
    assert keys[0] == "roles.policy_file: [[role]] № 1"
    assert len(keys) == 5
