"""Delivery with a real store and real loopback partners that misbehave."""
