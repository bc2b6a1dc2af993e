"""Attacks on the envelope: parts and headers twice, elsewhere, of other actors, of other versions of SOAP."""

from __future__ import annotations

import copy
from collections.abc import Callable

from lxml import etree

from signing.reasons import Reason
from signing.xmldsig.profiles import WSSE, WSU
from tests.unit.signing.xmldsig.messages import SOAP, SOAP12
from tests.unit.signing.xmldsig.mutations import (
    HOLDS,
    ID_ATTRIBUTES,
    Case,
    Change,
    Mutation,
    forged,
    keep_tail,
    need,
    parent_of,
)
from tests.unit.signing.xmldsig.schemes import WSA

FORMAT, INVALID, MISSING = Reason.SIG_FORMAT, Reason.SIG_INVALID, Reason.SIG_MISSING


# The envelope and its header.


def _soap(case: Case) -> etree._Element:
    need(case.root.tag == f"{{{SOAP}}}Envelope")
    return case.root


def _on_envelope(edit: Callable[[Case, etree._Element], object]) -> Change:
    def change(case: Case) -> None:
        edit(case, _soap(case))

    return change


def _on_security(edit: Callable[[Case, etree._Element], object]) -> Change:
    def change(case: Case) -> None:
        need(case.scheme.profile.name in {"wss-body", "wss-header-body", "ips", "ips-callback"})
        edit(case, parent_of(case.signature))

    return change


def _empty(name: str, namespace: str = SOAP) -> etree._Element:
    return etree.Element(f"{{{namespace}}}{name}")


def _security(case: Case, **attributes: str) -> etree._Element:
    element = copy.deepcopy(parent_of(case.signature))
    for bearer in element.iter():
        for name in ID_ATTRIBUTES:
            bearer.attrib.pop(name, "")
    element.attrib.clear()
    element.attrib.update({name.replace("soap_", f"{{{SOAP}}}"): value for name, value in attributes.items()})
    return element


def _same_actor(case: Case) -> etree._Element:
    actor = parent_of(case.signature).get(f"{{{SOAP}}}actor")
    return _security(case, **({"soap_actor": actor} if actor else {}))


def _set_actor(value: str | None, name: str = f"{{{SOAP}}}actor") -> Change:
    def change(case: Case, security: etree._Element) -> None:
        need(security.get(name, "") != (value or ""))
        security.attrib.pop(f"{{{SOAP}}}actor", "")
        if value is not None:
            security.set(name, value)

    return _on_security(change)


def _renamed_envelope(names: tuple[str, ...], namespace: str) -> Change:
    """Parts of the envelope in another namespace."""

    def change(case: Case, envelope: etree._Element) -> None:
        for part in (envelope, *envelope):
            if etree.QName(part).localname in names:
                part.tag = f"{{{namespace}}}{etree.QName(part).localname}"

    return _on_envelope(change)


def _of_envelope(otherwise: Reason | None = MISSING) -> Callable[[Case], Reason | None]:
    """AppData is found by its path, whatever else the envelope has."""

    def reason(case: Case) -> Reason | None:
        return otherwise if case.scheme.profile.name == "app-data" else FORMAT

    return reason


def _block(name: str, namespace: str) -> Change:
    """A second header block like a signed one, without an identifier."""

    def change(case: Case) -> None:
        need(any(etree.QName(t).localname == name for t in case.targets))
        block = etree.Element(f"{{{namespace}}}{name}")
        block.text = "подделка"
        _soap(case)[0].insert(0, block)

    return change


def _second_timestamp(case: Case, security: etree._Element) -> None:
    need(any(etree.QName(t).localname == "Timestamp" for t in case.targets))
    stamp = etree.Element(f"{{{WSU}}}Timestamp")
    security.insert(0, stamp)


def _timestamp_to_header(case: Case, security: etree._Element) -> None:
    stamps = [t for t in case.targets if etree.QName(t).localname == "Timestamp"]
    need(stamps)
    _soap(case)[0].append(stamps[0])


def _target_to(place: str) -> Change:
    """A signed header block leaves the Header."""

    def change(case: Case) -> None:
        need(len(case.targets) > 1)
        blocks = [t for t in case.targets if parent_of(t) is _soap(case)[0]]
        need(blocks)
        holder = case.targets[0] if place == "Body" else parent_of(case.signature)
        need(holder is not blocks[0])
        (_soap(case)[1] if place == "Body" else holder).append(blocks[0])

    return change


def _drop_signature(case: Case) -> None:
    keep_tail(case.signature)


def _slot_elsewhere(name: str) -> Change:
    """A place of a signature under another name, or elsewhere."""

    def change(case: Case) -> None:
        slot = parent_of(case.signature)
        need(case.scheme.name.startswith("smev3 ") and case.scheme.name != "smev3 detached")
        parent = parent_of(slot)
        if name == "up":
            parent_of(parent).append(slot)
        elif name == "in Header":
            case.root[0].append(slot)
        elif name == "twice":
            parent.append(copy.deepcopy(slot))
        elif name == "second target":
            parent_of(case.targets[0]).insert(0, forged(case.targets[0]))
        else:
            need(etree.QName(slot).localname != name)
            slot.tag = f"{{{etree.QName(slot).namespace}}}{name}"

    return change


_SMEV_ACTOR = "http://smev.gosuslugi.ru/actors/smev"
_NEXT = "http://schemas.xmlsoap.org/soap/actor/next"

_envelope = [
    Mutation("no signature", _drop_signature, MISSING),
    Mutation("second Body after", _on_envelope(lambda _c, e: e.append(forged(e[1]))), _of_envelope()),
    Mutation("second Body before", _on_envelope(lambda _c, e: e.insert(1, forged(e[1]))), _of_envelope()),
    Mutation("empty Body after", _on_envelope(lambda _c, e: e.append(_empty("Body"))), _of_envelope()),
    Mutation("second Header", _on_envelope(lambda _c, e: e.insert(0, _empty("Header"))), _of_envelope(HOLDS)),
    Mutation("Header after", _on_envelope(lambda _c, e: e.append(_empty("Header"))), _of_envelope(HOLDS)),
    Mutation(
        "element after the Body",
        _on_envelope(lambda _c, e: e.append(etree.Element("x"))),
        _of_envelope(HOLDS),
    ),
    Mutation(
        "Body of SOAP 1.2 besides",
        _on_envelope(lambda _c, e: e.append(_empty("Body", SOAP12))),
        _of_envelope(),
    ),
    *(
        Mutation(f"{'/'.join(names)} of {which}", _renamed_envelope(names, ns), _of_envelope(HOLDS))
        for which, ns in (("SOAP 1.2", SOAP12), ("nothing known", "urn:soap"))
        for names in (("Envelope",), ("Header",), ("Body",), ("Envelope", "Header"))
    ),
    Mutation("second Security of the actor", _on_security(lambda c, s: s.addnext(_same_actor(c))), FORMAT),
    Mutation(
        "second Security of the actor first", _on_security(lambda c, s: s.addprevious(_same_actor(c))), FORMAT
    ),
    Mutation(
        "empty Security of the actor",
        _on_security(lambda c, s: s.addprevious(_emptied(_same_actor(c)))),
        FORMAT,
    ),
    Mutation(
        "Security of another actor",
        _on_security(lambda c, s: s.addprevious(_security(c, soap_actor=_NEXT))),
        HOLDS,
    ),
    *(
        Mutation(f"actor {value!r}", _set_actor(value), MISSING)
        for value in (_NEXT, f"{_SMEV_ACTOR} ", _SMEV_ACTOR.upper())
    ),
    Mutation(
        "actor of SOAP 1.2",
        _set_actor(_SMEV_ACTOR, f"{{{SOAP12}}}role"),
        lambda c: MISSING if c.scheme.profile.actor else HOLDS,
    ),
    Mutation(
        "actor without a namespace",
        _set_actor(_SMEV_ACTOR, "actor"),
        lambda c: MISSING if c.scheme.profile.actor else HOLDS,
    ),
    Mutation("Security in the Body", _on_security(lambda c, s: _soap(c)[1].append(s)), MISSING),
    Mutation(
        "Security within a block",
        _on_security(lambda c, s: etree.SubElement(_soap(c)[0], "x").append(s)),
        MISSING,
    ),
    Mutation(
        "Security of another namespace",
        _on_security(lambda _c, s: setattr(s, "tag", "{urn:x}Security")),
        MISSING,
    ),
    Mutation("signature beside Security", _on_security(lambda c, s: s.addnext(c.signature)), MISSING),
    Mutation(
        "foreign element in Security",
        _on_security(lambda _c, s: s.append(etree.Element(f"{{{WSSE}}}UsernameToken"))),
        FORMAT,
    ),
    Mutation("text in Security", _on_security(lambda _c, s: setattr(s, "text", "x")), FORMAT),
    Mutation(
        "signature confirmation",
        _on_security(lambda _c, s: s.append(etree.Element("{urn:wsse11}SignatureConfirmation"))),
        FORMAT,
    ),
    Mutation("second Timestamp", _on_security(_second_timestamp), FORMAT),
    Mutation("Timestamp in the Header", _on_security(_timestamp_to_header), FORMAT),
    *(
        Mutation(f"second {name} of {ns}", _block(name, ns), FORMAT)
        for name in ("MessageID", "To", "Action", "ReplyTo")
        for ns in (WSA, "http://schemas.xmlsoap.org/ws/2004/08/addressing")
    ),
    *(
        Mutation(f"second smev:Header of {ns}", _block("Header", ns), FORMAT)
        for ns in ("http://smev.gosuslugi.ru/rev120315", "http://smev.gosuslugi.ru/rev111111")
    ),
    Mutation("signed block in the Body", _target_to("Body"), FORMAT),
    Mutation("signed block in Security", _target_to("Security"), FORMAT),
    *(
        Mutation(f"place of the signature: {name}", _slot_elsewhere(name), FORMAT)
        for name in ("up", "in Header", "second target", "SMEVSignature", "PersonalSignature")
    ),
    # Some messages may have several, and each is judged by itself.
    Mutation("place of the signature: twice", _slot_elsewhere("twice"), HOLDS),
    Mutation("place of the signature of no name", _slot_elsewhere("Signatures"), MISSING),
]


def _emptied(security: etree._Element) -> etree._Element:
    del security[:]
    return security


ENVELOPE = _envelope
