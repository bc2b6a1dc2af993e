"""The WSDL files as a client loads them, over HTTP on the loopback."""

from datetime import UTC, datetime
from typing import Any

import pytest
import zeep
from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import REMD, REMD_CALLBACK, SERVICE, SOAP11, SOAP12, TRANSPORT_HEADER
from adapter.contract.publish import PARTNER_SERVICES, SERVICES, published

REFERRAL = (
    "SubmitReferral ValidateReferral WithdrawReferral UploadAttachmentPart GetReferralStatus FetchNotices "
    "AcknowledgeNotices GetDocument"
)
BUREAU = (
    "FetchReferrals AcknowledgeReferrals GetDocument RegisterReferral RejectReferral ReturnReferral "
    "AcceptReferral ForwardReferral AssignExecutor ScheduleExamination ExtendDeadline "
    "RequestAdditionalExamination SubmitResult ReplaceDocument RegisterPaperReferrals "
    "RegisterPaperExamination RegisterAppeal RegisterAppealDecision"
)
CONTRACT = {
    "referral": REFERRAL,
    "bureau": BUREAU,
    "information": "GetServiceInformation GetProgress GetStatistics",
    "bureau-inbox": "ReceiveReferral",
    "fund": "NotifyReturn",
    "remd": "registerDocument searchRegistryItem getRegistryItem demandContent",
    "remd-callback": "getDocumentFile sendRegisterDocumentResult sendNotice sendDocumentFile",
}
SMEV_SERVICES = ["referral", "bureau", "information", "bureau-inbox", "fund"]


def client(address: str, name: str) -> Any:
    """Load a WSDL with zeep, in its strict mode."""
    return zeep.Client(f"{address}/wsdl/{name}.wsdl", settings=zeep.Settings(strict=True))


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_zeep_sees_every_operation_with_typed_input_and_output(address: str, name: str) -> None:
    """A client generated from the WSDL has all operations of the contract, and no untyped message."""
    loaded = client(address, name)
    assert loaded.wsdl.bindings
    for binding in loaded.wsdl.bindings.values():
        operations = binding._operations
        assert sorted(operations) == sorted(CONTRACT[name].split())
        for operation in operations.values():
            for message in (operation.input, operation.output):
                assert message.body.type.elements, operation.name


@pytest.mark.parametrize("name", SMEV_SERVICES)
def test_operations_have_the_agreed_names_and_actions(address: str, name: str) -> None:
    """Wrappers are in the service namespace, answers end in Response, the action is urn: and the name."""
    (binding,) = client(address, name).wsdl.bindings.values()
    for operation in binding._operations.values():
        assert operation.soapaction == f"urn:{operation.name}"
        assert operation.input.body.qname.text == f"{{{SERVICE}}}{operation.name}"
        assert operation.output.body.qname.text == f"{{{SERVICE}}}{operation.name}Response"


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_the_address_of_the_service_is_the_configured_one(address: str, name: str) -> None:
    """soap:address is absolute and leads to the path of the service."""
    paths = {wsdl: path for path, wsdl in {**SERVICES, **PARTNER_SERVICES}.items()}
    for service in client(address, name).wsdl.services.values():
        for port in service.ports.values():
            assert port.binding_options["address"] == address + paths[f"/wsdl/{name}.wsdl"]


def test_remd_callbacks_are_offered_in_both_versions_of_soap(address: str) -> None:
    """РЭМД may call with SOAP 1.1 or 1.2."""
    bindings = client(address, "remd-callback").wsdl.bindings
    assert {one.nsmap["soap-env"] for one in bindings.values()} == {SOAP11, SOAP12}


def test_a_typed_client_makes_a_valid_request(address: str) -> None:
    """What zeep builds from plain values is valid against the schema that the server uses."""
    loaded = client(address, "referral")
    system = {"Code": "MISR01001", "Name": "МИС"}
    body = loaded.create_message(
        loaded.service,
        "GetReferralStatus",
        Message={
            "Sender": system,
            "Recipient": system,
            "TypeCode": "GSRV",
            "Status": "REQUEST",
            "Date": datetime(2026, 11, 2, tzinfo=UTC),
            "ExchangeType": "2",
        },
        MessageData={"AppData": {"GetReferralStatusRequest": {"requestId": "1", "referralNumber": "2026/1"}}},
    )
    wrapper = body.find(f"{{{SOAP11}}}Body")[0]
    assert schemas.errors(wrapper, "service") == ()


def test_a_remd_client_writes_soap_12_with_the_transport_header(address: str) -> None:
    """The request to РЭМД is SOAP 1.2, carries the header that identifies us, and is valid."""
    loaded = client(address, "remd")
    header = {"authInfo": {"clientEntityId": "00000000-0000-0000-0000-000000000001"}}
    envelope = loaded.create_message(
        loaded.service, "getRegistryItem", emdrId="1", _soapheaders={"transportHeader": header}
    )
    assert etree.QName(envelope).namespace == SOAP12
    found = envelope.find(f".//{{{TRANSPORT_HEADER}}}transportHeader")
    assert schemas.errors(found, "transport-header") == ()
    request = envelope.find(f"{{{SOAP12}}}Body")[0]
    assert request.tag == f"{{{REMD}}}getRegistryItemRequest"
    assert schemas.errors(request, "remd") == ()


@pytest.mark.parametrize(
    "text",
    [
        "<localUid>1</localUid><status>success</status><kind>121</kind>",
        "<status>error</status><kind><code>121</code></kind><errors><item><code>NO_SNILS</code></item></errors>",
        "<status>success</status><registryItem><emdrId>1</emdrId></registryItem><localUid>1</localUid>",
        "<message>x</message><status>error</status><relatesToMessage>1</relatesToMessage>",
    ],
)
def test_known_forms_of_the_verdict_are_valid(text: str) -> None:
    """The verdict of РЭМД is read in any order, with any of its optional parts left out."""
    result = f'<registerDocumentResult xmlns="{REMD_CALLBACK}">{text}</registerDocumentResult>'
    assert schemas.errors(etree.fromstring(result), "remd-callback") == ()


def test_published_locations_are_absolute_and_complete() -> None:
    """Every location in a published file is absolute and leads to another published file or a service."""
    base = "https://mse.example.org/adapter"
    files = published(f"{base}/")
    served = {base + path for path in (*files, *SERVICES, *PARTNER_SERVICES)}
    for data in files.values():
        root = etree.fromstring(data)
        assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
        for node in root.iter(etree.Element):
            for name in ("schemaLocation", "location"):
                if name in node.attrib:
                    assert node.get(name) in served
    assert set(SERVICES.values()) | set(PARTNER_SERVICES.values()) <= set(files)
    assert b"127.0.0.1" not in b"".join(files.values())


def test_published_is_computed_once() -> None:
    """The same address gives the same object, which nobody can change."""
    first = published("https://mse.example.org")
    assert published("https://mse.example.org") is first
    with pytest.raises(TypeError):
        first["/wsdl/referral.wsdl"] = b""  # type: ignore[index]
