"""Signatures, certificates and signing roles as abstract facts; knows no referral."""

from signing.certificates import Certificate, load_certificate, read_certificate
from signing.cms.detached import VerifiedFile, certificates_in, sign_detached, verify_detached
from signing.keys import KeyUnusableError, SigningKey, load_pem_key, load_pkcs12_key
from signing.pki.trust import Trust, TrustUnusableError
from signing.reasons import Reason, Refusal
from signing.roles.judgement import Judgement, judge
from signing.roles.policy_file import PolicyUnusableError
from signing.roles.policy_source import PolicySource
from signing.roles.rules import RolePolicy
from signing.roles.signers import AuthorityKind, ExpectedSigner, Organization, SigningAuthority
from signing.roles.staff import Absence, Employment, Posts, Staff
from signing.verified import Signed, Verified, VerifiedReceipt
from signing.xmldsig.app_data import sign_app_data, verify_app_data
from signing.xmldsig.documents import sign_document, verify_document
from signing.xmldsig.engine import graft
from signing.xmldsig.freshness import ReplayWindow, add_timestamp, check_timestamp
from signing.xmldsig.wss import sign_wss, verify_wss
from signing.xmldsig.xades import sign_xades, verify_xades

__all__ = [
    "Absence",
    "AuthorityKind",
    "Certificate",
    "Employment",
    "ExpectedSigner",
    "Judgement",
    "KeyUnusableError",
    "Organization",
    "PolicySource",
    "PolicyUnusableError",
    "Posts",
    "Reason",
    "Refusal",
    "ReplayWindow",
    "RolePolicy",
    "Signed",
    "SigningAuthority",
    "SigningKey",
    "Staff",
    "Trust",
    "TrustUnusableError",
    "Verified",
    "VerifiedFile",
    "VerifiedReceipt",
    "add_timestamp",
    "certificates_in",
    "check_timestamp",
    "graft",
    "judge",
    "load_certificate",
    "load_pem_key",
    "load_pkcs12_key",
    "read_certificate",
    "sign_app_data",
    "sign_detached",
    "sign_document",
    "sign_wss",
    "sign_xades",
    "verify_app_data",
    "verify_detached",
    "verify_document",
    "verify_wss",
    "verify_xades",
]
