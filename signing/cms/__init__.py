"""Detached CMS and CAdES-BES signatures of files."""
