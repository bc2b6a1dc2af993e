"""Foreign SOAP toolkits as judges of the served contract: `python -m tests.interop`, see README.md here."""
