"""Signatures, certificates and signing roles as abstract facts; knows no referral."""
