"""The emulators over HTTP on loopback, among themselves and with the whole house."""
