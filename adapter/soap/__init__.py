"""The SOAP server: a WSGI guard, Spyne with our own protocol, and granian underneath."""

from adapter.soap.shim import install

install()
