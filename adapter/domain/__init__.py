"""The rules of the exchange. Pure: no XML, no SQL, no clock, no network."""
