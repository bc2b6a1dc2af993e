"""Unit tests of the stand: its cast, books, documents, SOAP and judgement."""
