"""Local registers in a running gateway: what a МИС is told, and that an import needs no restart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    SubmitReferralResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.dictionaries.registers.importing import import_file
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.code_lists import NO_CODE_LISTS
from adapter.domain.registers import RegisterKind
from adapter.stand.actors import BUREAU, CHAIRMAN, DOCTOR, HOSPITAL, MEMBERS, MIS, MIS_OTHER, PUSH_BUREAU
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.test_states import notice_on, send_notice
from tests.integration.operations.walk import Walk
from tests.registers import agreement, csv_file, demo_files, organization, worker

STAFF = (DOCTOR, CHAIRMAN, *MEMBERS)


@pytest.fixture(autouse=True)
def silent_code_lists(gateway: Gateway) -> None:
    """Code lists have tests of their own: here nothing is said of them."""
    gateway.change(code_lists=NO_CODE_LISTS)


def load(gateway: Gateway, **changed: bytes) -> None:
    """Import the registers of the demo, some of them otherwise, and let the gateway see them at once."""
    context = gateway.runtime.context
    for kind, content in demo_files().items():
        import_file(context.store, kind, changed.get(kind.value, content), context.pseudonym)
    gateway.change(registers=RegisterSource(context.store, context.pseudonym))


def staff_file(**posts: str) -> bytes:
    """Return the staff of the demo hospital with other posts for some keys; an empty post: not there."""
    rows = [
        worker(one.person.snils, posts.get(one.key.replace("-", "_"), one.person.post_code)) for one in STAFF
    ]
    return csv_file([row for row in rows if row["Код должности"]])


def warnings(gateway: Gateway) -> list[str]:
    """Submit a good referral; return code and reason of each warning."""
    return told(gateway.submit())


def told(reply: Reply) -> list[str]:
    """Return code and reason of each warning, but for other referrals of the same citizen (MSE-3011)."""
    found = reply.read(SubmitReferralResponse).warning
    return [f"{one.code} {one.message.rpartition(': ')[2]}" for one in found if one.code != "MSE-3011"]


def test_without_registers_the_answer_says_what_was_not_checked(gateway: Gateway) -> None:
    """One MSE-5013 for each register that the referral needed; it is accepted all the same."""
    gateway.ask_registers()
    assert sorted(warnings(gateway)) == [
        "MSE-5013 реестр организаций не загружен.",
        "MSE-5013 реестр работников не загружен.",
        "MSE-5013 реестр региональных соглашений не загружен.",
        "MSE-5013 реестр территорий обслуживания не загружен.",
    ]


@ON_SQLITE
def test_a_warning_hides_no_refusal(gateway: Gateway) -> None:
    """What was not checked at a place does not keep the adapter from refusing sender and bureau there."""
    gateway.ask_registers()
    foreign = gateway.call(MIS_OTHER, gateway.package(gateway.clerk.referral(BUREAU)))
    assert "MSE-1011" in foreign.codes
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    lost = replace(made, receiver_bureau=replace(made.receiver_bureau, oid="1.2.643.5.1.13.13.12.2.77.9999"))
    assert "MSE-1210" in gateway.submit(gateway.clerk._signed(lost)).codes


def test_with_registers_a_good_referral_has_no_warning(gateway: Gateway) -> None:
    """No false alarm: neither on the referral with its СЭМД nor on the СЭМД alone."""
    load(gateway)
    assert warnings(gateway) == []
    package = gateway.package(gateway.clerk.referral(BUREAU))
    alone = replace(package, signed_referral=None)
    assert told(gateway.call(MIS, alone)) == []


def test_an_import_is_seen_without_a_restart(gateway: Gateway) -> None:
    """What was accepted is refused after the import of other registers, and accepted after the next."""
    moment = [0.0]
    context = gateway.runtime.context
    load(gateway)
    gateway.change(registers=RegisterSource(context.store, context.pseudonym, monotonic=lambda: moment[0]))
    assert warnings(gateway) == []
    other = csv_file([organization(ОГРН="1027700132195")])
    import_file(context.store, RegisterKind.ORGANIZATIONS, other, context.pseudonym)
    moment[0] += 1
    assert gateway.submit().codes == ["MSE-1211"]
    right = demo_files()[RegisterKind.ORGANIZATIONS]
    import_file(context.store, RegisterKind.ORGANIZATIONS, right, context.pseudonym)
    moment[0] += 1
    assert warnings(gateway) == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("posts", "code"),
    [
        ({"doctor": ""}, "MSE-2021"),
        ({"doctor": "45"}, "MSE-2022"),
        ({"chairman": ""}, "MSE-2021"),
        ({"member_1": "122"}, "MSE-2022"),
    ],
)
def test_signers_are_looked_up(gateway: Gateway, posts: dict[str, str], code: str) -> None:
    """A signer who is not there, or in another post, is refused by name of the check."""
    load(gateway, staff=staff_file(**posts))
    assert set(gateway.submit().codes) == {code}


@ON_SQLITE
def test_a_dismissed_signer_is_refused(gateway: Gateway) -> None:
    """A post that was closed before the day of the document is no post."""
    rows = [worker(one.person.snils, one.person.post_code, **{"Работает по": ""}) for one in STAFF]
    rows[0]["Работает по"] = "01.01.2020"
    load(gateway, staff=csv_file(rows))
    assert set(gateway.submit().codes) == {"MSE-2022"}


@ON_SQLITE
def test_a_signer_of_another_organization_is_refused(gateway: Gateway) -> None:
    """Who works elsewhere on the day is no stranger to the register, but signs for the wrong house."""
    rows = [worker(one.person.snils, one.person.post_code) for one in STAFF]
    rows[0]["OID организации"] = "1.2.643.5.1.13.13.12.2.77.8000"
    load(gateway, staff=csv_file(rows))
    assert set(gateway.submit().codes) == {"MSE-2024"}


@ON_SQLITE
def test_staff_of_others_only_is_not_checked(gateway: Gateway) -> None:
    """A register without anybody of the hospital refuses nobody and says so once."""
    load(gateway, staff=csv_file([worker("001-000-044 19", "45", "1.2.643.5.1.13.13.12.2.77.8000")]))
    assert warnings(gateway) == ["MSE-5013 реестр работников не говорит о ком-то из подписавших."]


@ON_SQLITE
def test_a_post_that_gives_no_right_is_refused(gateway: Gateway) -> None:
    """A nurse of the register and of the document cannot be the author, a nurse by order no chairman."""
    load(gateway, staff=staff_file(doctor="200"))
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    document = replace(made, author=replace(made.author, post_code="200"))
    holder = gateway.signed(document, [one.key for one in STAFF] + [HOSPITAL.seal])
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder)
    assert set(gateway.call(MIS, request).codes) == {"MSE-2023"}


@ON_SQLITE
@pytest.mark.parametrize(("role", "codes"), [("", {"MSE-2023"}), ("председатель ВК", set())])
def test_an_order_makes_a_chairman(gateway: Gateway, role: str, codes: set[str]) -> None:
    """A head of department is no chairman, unless an order of the register says so."""
    rows = [worker(one.person.snils, one.person.post_code, **{"Роль по приказу": ""}) for one in STAFF]
    rows[1] |= {"Код должности": "430", "Роль по приказу": role}
    load(gateway, staff=csv_file(rows))
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    chair = replace(made.commission.chair, post_code="430")
    document = replace(
        made,
        commission=replace(made.commission, chair=chair),
        legal_authenticator=replace(made.legal_authenticator, post_code="430"),
    )
    holder = gateway.signed(document, [one.key for one in STAFF] + [HOSPITAL.seal])
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder)
    reply = gateway.call(MIS, request)
    assert set(reply.codes if reply.status != "ACCEPT" else ()) == codes


@ON_SQLITE
def test_a_semd_alone_is_looked_up_too(gateway: Gateway) -> None:
    """Organisation, category and signers of a СЭМД that travels without a SignedReferral."""
    load(
        gateway,
        organizations=csv_file([organization(ОГРН="1027700132195")]),
        staff=staff_file(doctor="45"),
    )
    package = replace(gateway.package(gateway.clerk.referral(BUREAU)), signed_referral=None)
    assert set(gateway.call(MIS, package).codes) == {"MSE-1211", "MSE-2022"}


@ON_SQLITE
def test_an_excluded_category_is_told_before_sending(gateway: Gateway) -> None:
    """ValidateReferral answers what SubmitReferral would."""
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    marked = replace(made, palliative_care=True)
    for said, accepted in (("отказывать", False), ("предупреждать", True)):
        load(gateway, agreements=csv_file([agreement(**{"Паллиативная помощь": said})]))
        holder = gateway.signed(marked, [one.key for one in STAFF] + [HOSPITAL.seal])
        asked = ValidateReferralRequest(request_id=request_id(), signed_referral=holder)
        answer = gateway.call(MIS, asked).read(ValidateReferralResponse)
        assert (answer.accepted, [one.code for one in answer.error]) == (accepted, ["MSE-3041"])


@ON_SQLITE
def test_a_referral_that_the_schema_refuses_is_looked_up_as_far_as_it_goes(gateway: Gateway) -> None:
    """The schema's errors and those of the registers come in one answer."""
    load(gateway, organizations=csv_file([organization(ОГРН="1027700132195")]))
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    holder = gateway.signed(made, [one.key for one in STAFF] + [HOSPITAL.seal])
    place = holder.find(".//{*}anamnesisVitae")
    assert place is not None
    place.getparent().remove(place)  # type: ignore[union-attr]
    request = SubmitReferralRequest(request_id=request_id(), signed_referral=holder)
    assert {"MSE-1101", "MSE-1211"} <= set(gateway.call(MIS, request).codes)


@ON_SQLITE
@pytest.mark.parametrize(("post", "code"), [("513", ""), ("70", "MSE-2022"), (None, "MSE-2021")])
def test_the_head_of_the_bureau_is_looked_up(walk: Walk, post: str | None, code: str) -> None:
    """R117: the post of whoever signs the bureau's document is that of the register of staff."""
    walk.to("REGISTERED")
    rows = [worker(PUSH_BUREAU.head.person.snils, "513", BUREAU.oid)]
    rows += [worker(BUREAU.head.person.snils, post, BUREAU.oid)] if post else []
    load(walk.gateway, staff=csv_file(rows))
    reply = send_notice(walk, notice_on(walk), BUREAU.head.key)
    if code:
        assert set(reply.codes) == {code}
    else:
        assert reply.status == "RESULT"
        assert walk.state == "RETURNED"
