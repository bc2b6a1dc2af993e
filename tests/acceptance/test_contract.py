"""Every operation of the contract over HTTP, by clients that zeep builds from the served WSDL."""

from __future__ import annotations

REFERRAL = {"SignedReferral": ("doctor", "chairman", "member-1", "member-2", "hospital-seal")}
RETURN = {"SignedReturnNotice": ("bureau-head",)}
RESULT = {"SignedExaminationResult": ("bureau-head",)}
SCAN = b"%PDF-1.4 " + bytes(range(256))
