"""Kind and versions of the document (facts, B.1)."""

from collections.abc import Iterator

from tests.corpus.cases import Case, breaks, error


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    for on in ("adult", "child", "repeat"):
        for kind in ("34", "109"):
            closed = {"documentKind": kind}
            yield breaks(f"{on}: kind {kind} is closed", closed, error("MSE-1020", "documentKind"), on=on)
    for version in (2, 3, 9999):
        values = {"versionNumber": version}
        expected = error("MSE-1101", "replacesDocumentId")
        yield breaks(f"version {version} replaces nothing", values, expected, reads=["replacesDocumentId"])
    itself = {"replacesDocumentId": lambda referral: referral.document_id}
    expected = error("MSE-1230", "replacesDocumentId")
    yield breaks("a correction of itself", itself, expected, on="corrected", reads=["documentId"])
    gone = {"replacesDocumentId": None}
    expected = error("MSE-1101", "replacesDocumentId")
    yield breaks("a correction of nothing", gone, expected, on="corrected", reads=["versionNumber"])
