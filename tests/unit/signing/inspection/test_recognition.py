"""What a file is, and every signature in it: found by its place, judged, never passed over."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.algorithms import KeyKind
from signing.inspection.making import sign_tree
from signing.inspection.reading import MAXIMUM_TAGS, UnreadableError, read_subject, read_tree
from signing.inspection.recognition import MAXIMUM_SIGNATURES, ContentNeededError, Recognized, judge
from signing.reasons import Reason, Refusal
from signing.xmldsig.profiles import DS, IPS, IPS_CALLBACK
from tests.unit.signing.cms.cms_forge import signing_key
from tests.unit.signing.inspection.signed_files import (
    HOLDER,
    MAKERS,
    SELECTOR,
    SignedFile,
    octets_of,
    smev2,
    smev3,
)
from tests.unit.signing.pki import NOW
from tests.unit.signing.xmldsig.messages import DOC, SOAP, parse
from tests.unit.signing.xmldsig.mutations import HOLDS, InapplicableError, changed, opened
from tests.unit.signing.xmldsig.schemes import SCHEMES, Scheme
from tests.unit.signing.xmldsig.test_mutations import MUTATIONS

KEYS = ("rsa", "p256", "g256a", "g512a")
SIGNATURE = f"{{{DS}}}Signature"


def recognized(octets: bytes, content: bytes | None = None, profile: str = "") -> Recognized:
    """A file judged as the command does it."""
    subject = read_subject(octets)
    is_cms = subject.root is None
    root = None if content is None or is_cms else read_tree(content)
    return judge(subject, content=content, content_root=root, profile=profile)


def refusals(found: Recognized) -> list[tuple[str, str, str]]:
    """Path, reason and cause of everything that is refused."""
    own = [(one.path, one.outcome) for one in found.signatures if isinstance(one.outcome, Refusal)]
    return [
        (path, str(one.reason), one.values.get("cause", ""))
        for path, one in [*own, *(("", one) for one in found.refusals)]
    ]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("maker", MAKERS)
def test_every_kind_of_file_is_recognized_and_holds(maker: str, key: str) -> None:
    """RSA, ECDSA and GOST signatures of every kind of file are found by their place and verified."""
    made = MAKERS[maker](signing_key(key))

    found = recognized(made.octets, made.content)

    assert refusals(found) == []
    assert found.kind == made.kind
    assert tuple(one.profile for one in found.signatures) == made.profiles
    for one in found.signatures:
        assert not isinstance(one.outcome, Refusal)
        assert one.outcome.certificate == signing_key(key).certificate


def test_the_places_of_signatures_and_of_what_they_sign_are_told() -> None:
    """Paths lead from the root, with numbers where a name repeats."""
    found = recognized(smev2(signing_key("p256")).octets)

    assert [(one.path, one.targets) for one in found.signatures] == [
        ("Envelope/Header/Security[1]/Signature", ("Envelope/Body",)),
        ("Envelope/Header/Security[2]/Signature", ("Envelope/Header/Header", "Envelope/Body")),
        ("Envelope/Body/Op/AppData/Ask/Signed/Signature", ("Envelope/Body/Op/AppData/Ask/Signed/Thing",)),
        ("Envelope/Body/Op/AppData/Signature", ("Envelope/Body/Op/AppData",)),
    ]


@pytest.mark.parametrize("wrapping", [b"%s", b"-----BEGIN CMS-----\n%s\n-----END CMS-----\n"])
def test_a_container_may_be_text(wrapping: bytes) -> None:
    """CMS is read as base64 and as PEM too."""
    made = MAKERS["cms"](signing_key("g256a"))
    text = wrapping % base64.encodebytes(made.octets).strip()

    assert refusals(recognized(text, made.content)) == []


def test_a_changed_content_of_a_detached_signature_is_found() -> None:
    """Neither CMS nor SMEV 3 holds over another content."""
    for maker in ("cms", "smev3_detached"):
        made = MAKERS[maker](signing_key("p256"))
        content = (made.content or b"").replace(b"1.7", b"1.8").replace(b"2026", b"2027")
        assert [one[1] for one in refusals(recognized(made.octets, content))] == ["SIG_INVALID"]


def test_a_detached_signature_asks_for_its_content() -> None:
    """Without the content nothing is said about it."""
    for maker in ("cms", "smev3_detached"):
        with pytest.raises(ContentNeededError):
            recognized(MAKERS[maker](signing_key("p256")).octets)


def test_a_file_without_signatures_is_not_valid() -> None:
    """No signature is a finding, in a message and in any other document."""
    for text in (HOLDER, f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a/></s:Body></s:Envelope>'):
        found = recognized(text.encode())
        assert found.signatures == ()
        assert refusals(found) == [("", "SIG_MISSING", "")]


def moved(path: str, into: str) -> bytes:
    """A good message of SMEV 2 with one signature moved, or copied into its own parent."""
    root = parse(smev2(signing_key("p256")).octets)
    found = root.find(path)
    place = root.find(into)
    assert found is not None
    assert place is not None
    place.append(found)
    return octets_of(root)


@pytest.mark.parametrize(
    ("path", "into"),
    [
        (f".//{{{DOC}}}Signed/{SIGNATURE}", f".//{{{SOAP}}}Body"),
        (f".//{{{DOC}}}Signed/{SIGNATURE}", f".//{{{DOC}}}Thing"),
        (f".//{{{SOAP}}}Header//{SIGNATURE}", f".//{{{SOAP}}}Header"),
        (f".//{{{DOC}}}Signed/{SIGNATURE}", f".//{SIGNATURE}"),
    ],
)
def test_a_signature_at_another_place_is_never_passed_over(path: str, into: str) -> None:
    """A ds:Signature where no profile has one is reported by its path and is not valid."""
    octets = moved(path, into)

    found = recognized(octets)

    assert len(found.signatures) == len(list(parse(octets).iter(SIGNATURE)))
    assert any(
        isinstance(one.outcome, Refusal) and one.outcome.reason is Reason.SIG_FORMAT
        for one in found.signatures
    )


def test_a_misplaced_signature_is_named() -> None:
    """The cause says that it stands at a wrong place."""
    octets = moved(f".//{{{DOC}}}Signed/{SIGNATURE}", f".//{{{SOAP}}}Body")

    assert ("Envelope/Body/Signature", "SIG_FORMAT", "подпись стоит не на своём месте") in refusals(
        recognized(octets)
    )


@pytest.mark.parametrize(
    ("actor", "cause"),
    [("http://example.org/nobody", "получатель (actor)"), ("", "нет получателя (actor)")],
)
def test_a_security_header_for_nobody_is_refused(actor: str, cause: str) -> None:
    """A header for an unknown actor, or for none with nothing but the Body signed, has no profile."""
    good = MAKERS["smev2"](signing_key("p256")).octets
    octets = good.replace(b"http://smev.gosuslugi.ru/actors/smev", actor.encode())

    found = recognized(octets)

    path, reason, why = refusals(found)[0]
    assert (path, reason) == ("Envelope/Header/Security[1]/Signature", "SIG_FORMAT")
    assert cause in why
    assert found.signatures[0].profile == ""


def test_a_profile_asked_for_must_be_there() -> None:
    """A file may be good and yet not what was asked for."""
    made = MAKERS["app_data"](signing_key("p256"))

    assert refusals(recognized(made.octets, profile="app-data")) == []
    assert refusals(recognized(made.octets, profile="wss-body")) == [("", "SIG_MISSING", "")]


def test_a_forced_profile_judges_elements_of_other_names() -> None:
    """An enveloped signature in an element that is no AppData holds by the profile asked for only."""
    octets = MAKERS["app_data"](signing_key("p256")).octets.replace(b"AppData", b"Request")
    resigned = parse(octets)
    resigned.remove(next(resigned.iter(SIGNATURE)))
    from signing import sign_app_data

    sign_app_data(resigned, signing_key("p256"))
    octets = octets_of(resigned)

    assert refusals(recognized(octets, profile="app-data")) == []
    assert [one[1] for one in refusals(recognized(octets))] == ["SIG_ALGORITHM"]


def test_too_many_signatures_are_refused_at_once() -> None:
    """A flood of signatures ends before the mathematics."""
    octets = b"<a>%s</a>" % (b'<Signature xmlns="%s"/>' % DS.encode() * (MAXIMUM_SIGNATURES + 1))

    found = recognized(octets)

    assert found.signatures == ()
    assert [one[1] for one in refusals(found)] == ["SIG_FORMAT"]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"text",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        b"<a>&e;</a>",
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"<b/>" * (2 * MAXIMUM_TAGS) + b"</a>",
        b"0\x80",
        b"0\x03\x02\x01\x01",
        b"MIIB" + b"A" * 100,
        b"--b\r\n\r\n<a/>",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    ],
    ids=range(14),
)
def test_what_is_no_file_with_signatures_is_unreadable(octets: bytes) -> None:
    """Broken XML, DOCTYPE, floods, broken containers and other files have one error of their own."""
    with pytest.raises(UnreadableError):
        read_subject(octets)


GOOD: dict[str, SignedFile] = {name: MAKERS[name](signing_key("p256")) for name in MAKERS}


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_changed_file_ends_in_findings_only(name: str, data: st.DataObject) -> None:
    """Whatever bytes are changed, cut or doubled, nothing but the module's own answers comes out."""
    made = GOOD[name]
    start = data.draw(st.integers(0, len(made.octets)))
    end = data.draw(st.integers(start, min(len(made.octets), start + 40)))
    piece = data.draw(st.binary(max_size=20) | st.just(made.octets[start:end] * 2))
    octets = made.octets[:start] + piece + made.octets[end:]
    try:
        found = recognized(octets, made.content)
    except (UnreadableError, ContentNeededError):
        return
    marks = [one for one in found.signatures if one.element is not None]
    if marks:
        root = marks[0].element
        assert root is not None
        assert len(marks) == len(list(root.getroottree().getroot().iter(SIGNATURE)))
    assert found.signatures or found.refusals


def test_paths_stay_short_for_a_deep_signature() -> None:
    """The path of the deepest signature that libxml2 reads is told."""
    octets = b"<a>" * 200 + b'<Signature xmlns="%s"/>' % DS.encode() + b"</a>" * 200

    assert recognized(octets).signatures[0].path == "/".join(["a"] * 200 + ["Signature"])


def test_the_system_signs_smev3_last() -> None:
    """The places of signatures are made where the schema has them: after the content, after attachments."""
    root = parse(smev3(signing_key("p256")).octets)
    names = [etree.QName(one).localname for one in root]
    inside = [etree.QName(one).localname for one in root[0]]

    assert names == [
        "SenderProvidedRequestData",
        "AttachmentContentList",
        "CallerInformationSystemSignature",
    ]
    assert inside == ["MessageID", "MessagePrimaryContent", "PersonalSignature", "TestMessage"]


def was_valid(octets: bytes) -> bool | None:
    """Whether every signature of a file is valid; None when it is not read."""
    try:
        found = recognized(octets, SELECTOR.encode())
    except UnreadableError:
        return None
    return not refusals(found)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_no_mutation_of_any_message_is_valid(scheme: Scheme) -> None:
    """Without being told the profile, what is refused for its profile is not valid either."""
    passed = []
    for mutation in MUTATIONS:
        case = opened(scheme, KeyKind.P256)
        expected = mutation.reason(case)
        try:
            octets = changed(case, mutation)
        except InapplicableError:
            continue
        if expected is not HOLDS and was_valid(octets):
            passed.append(mutation.name)
    assert passed == []


@pytest.mark.parametrize("frame", ["<x:h xmlns:x='urn:x'>%s</x:h>", "<x:h xmlns:x='urn:x'><x:i/>%s</x:h>"])
def test_a_document_inside_of_another_file_is_not_its_signature(frame: str) -> None:
    """A document in an unsigned frame would make the frame look signed; asked for by name it holds."""
    octets = frame.encode() % MAKERS["document"](signing_key("p256")).octets

    assert [one[1] for one in refusals(recognized(octets))] == ["SIG_FORMAT"]
    assert refusals(recognized(octets, profile="document")) == []


def test_of_two_blocks_none_is_taken() -> None:
    """A signed AppData beside a forged one may be the one that nobody reads."""
    message = MAKERS["smev2"](signing_key("p256")).octets
    root = parse(message)
    data = next(root.iter("{*}AppData"))
    data.addprevious(data.makeelement(data.tag))

    found = recognized(octets_of(root))

    assert ("Envelope/Body/Op/AppData[2]/Signature", "SIG_FORMAT") in [one[:2] for one in refusals(found)]


def test_what_the_bus_itself_sends_is_told_by_its_parts() -> None:
    """An answer of the bus has RelatesTo and no ReplyTo: six signed parts, and still not what we send."""
    blocks = "".join(
        f'<a:{name} xmlns:a="http://www.w3.org/2005/08/addressing">1</a:{name}>'
        for name in ("Action", "MessageID", "To", "RelatesTo")
    )
    message = parse(
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{blocks}</s:Header><s:Body><b/></s:Body></s:Envelope>'
    )
    made = sign_tree(message, IPS_CALLBACK.name, signing_key("rsa"), NOW)

    found = recognized(made.octets)

    assert refusals(found) == []
    assert [one.profile for one in found.signatures] == ["ips-callback"]
    assert made.octets.count(b"<ds:Reference ") == len(IPS.targets)
