"""Clients of the partners that we call: РЭМД, the inbox of a bureau, the fund. Zeep builds and reads."""
