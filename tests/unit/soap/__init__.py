"""Tests of the SOAP server, in process."""
