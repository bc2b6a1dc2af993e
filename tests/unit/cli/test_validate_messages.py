"""`validate` of whole messages: transport, request, documents and files as the server would judge them."""

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

from lxml import etree

from adapter.app.validating import (
    UPLOADS_NOT_SEEN,
)
from adapter.contract.exchange.referral import GetReferralStatusRequest, ValidateReferralRequest
from adapter.contract.namespaces import document_tag
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import (
    ON_DATE,
    Site,
    envelope_of,
)
from tests.unit.cli.test_validate import Put, codes


def test_an_unsigned_message_is_refused_as_the_server_would(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """An envelope without a transport signature gets MSE-2001 beside the errors of its content."""
    request = replace(site.request(), semd=None)
    assert request.signed_referral is not None
    found = next(request.signed_referral.iter(document_tag("issueDate")))
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)

    ended = invoke("validate", write_file(site.message(request, signed=False)), "--json", *ON_DATE)

    assert codes(ended.json["errors"]) == [
        ("Referral/issueDate", "MSE-1101"),
        ("Security/Signature", "MSE-2001"),
    ]


def test_referral_and_semd_of_a_message_must_agree(invoke: Invoke, site: Site, write_file: Put) -> None:
    """A СЭМД of another citizen beside the referral is found out."""
    content = site.semd.content.replace(
        (site.referral.citizen.snils or "").replace("-", "").replace(" ", "").encode(), b"00100007728"
    )
    assert content != site.semd.content
    semd = replace(site.semd, content=content).packed()

    ended = invoke(
        "validate", write_file(site.message(replace(site.request(), semd=semd))), "--json", *ON_DATE
    )

    assert "СНИЛС гражданина" in {one["title"] for one in ended.json["errors"]}


def test_what_could_not_be_checked_is_named(invoke: Invoke, site: Site, write_file: Put) -> None:
    """A file that was uploaded before is not here to be judged, and the answer says so."""
    packed = site.semd.packed()
    uploaded = replace(packed, content=None, upload_id="5b0ee6a5-6ae2-4c3e-8f0e-33d1f1f6a002", signature=())
    plain, by_parts = (
        invoke(
            "validate",
            write_file(site.message(replace(site.request(), semd=semd))),
            "--json",
            "--config",
            site.config,
            *ON_DATE,
        )
        for semd in (packed, uploaded)
    )

    assert UPLOADS_NOT_SEEN not in plain.json["notes"]
    assert (by_parts.json["accepted"], by_parts.json["errors"]) == (True, [])
    assert UPLOADS_NOT_SEEN in by_parts.json["notes"]


def test_a_damaged_file_in_a_message_is_refused(invoke: Invoke, site: Site, write_file: Put) -> None:
    """A file whose hash is not what the request says gets MSE-4005."""
    packed = replace(site.semd.packed(), sha256=hashlib.sha256(b"").hexdigest())

    ended = invoke(
        "validate", write_file(site.message(replace(site.request(), semd=packed))), "--json", *ON_DATE
    )

    assert codes(ended.json["errors"]) == [("SubmitReferralRequest/semd", "MSE-4005")]


def test_a_semd_that_is_not_one_is_refused_inside_a_message(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """A message is readable even when the file in it is not: status 1, not 2."""
    junk = b"<a/>"
    packed = replace(
        site.semd.packed(),
        size=len(junk),
        sha256=hashlib.sha256(junk).hexdigest(),
        content=base64.b64encode(junk).decode("ascii"),
    )

    ended = invoke(
        "validate", write_file(site.message(replace(site.request(), semd=packed))), "--json", *ON_DATE
    )

    assert ended.status == 1
    assert codes(ended.json["errors"]) == [("ClinicalDocument", "MSE-1105")]


def test_validate_referral_is_judged_like_submit_referral(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """Both requests carry the same package and get the same judgement."""
    source = replace(site.request(), semd=None)
    request = ValidateReferralRequest(
        request_id=source.request_id, signed_referral=source.signed_referral, semd=None
    )

    ended = invoke("validate", write_file(site.message(request)), "--json", "--config", site.config, *ON_DATE)

    assert (ended.json["accepted"], ended.json["errors"]) == (True, [])


def test_another_operation_is_judged_by_its_schema(invoke: Invoke, write_file: Put) -> None:
    """A good GetReferralStatus is accepted without a signature; without its number it is refused."""
    good = envelope_of(GetReferralStatusRequest(request_id="r-1", referral_number="20260302-00000-00000"))
    bad = etree.fromstring(etree.tostring(good))
    number = next(bad.iter("{*}referralNumber"))
    parent = number.getparent()
    assert parent is not None
    parent.remove(number)

    accepted, refused = (invoke("validate", write_file(etree.tostring(one)), "--json") for one in (good, bad))

    assert accepted.json == {"accepted": True, "errors": []}
    assert codes(refused.json["errors"]) == [("GetReferralStatusRequest/referralNumber", "MSE-1101")]


def test_the_request_must_be_that_of_the_operation(invoke: Invoke, write_file: Put) -> None:
    """A SubmitReferral that carries another request lacks its own."""
    other = etree.tostring(
        envelope_of(GetReferralStatusRequest(request_id="r-1", referral_number="20260302-00000-00000"))
    ).replace(b"srv:GetReferralStatus", b"srv:SubmitReferral")

    errors = invoke("validate", write_file(other), "--json").json["errors"]

    assert ("MessageData/AppData/SubmitReferralRequest", "MSE-1101") in codes(errors)


def test_a_partner_without_transport_signature_needs_none(
    invoke: Invoke, site: Site, write_file: Put, tmp_path: Path
) -> None:
    """Where the configuration lets a system send unsigned messages, the missing signature is no error."""
    config = tmp_path / "free.toml"
    text = site.config.read_text(encoding="utf-8").replace(
        'code = "MISA01001"', 'code = "MISA01001"\ntransport = "none"'
    )
    config.write_text(text.replace('"var/', f'"{site.folder}/var/'), encoding="utf-8")
    path = write_file(site.message(signed=False))

    assert invoke("validate", path, "--json", "--config", config, *ON_DATE).status == 0
    assert invoke("validate", path, "--json", "--config", site.config, *ON_DATE).status == 1
