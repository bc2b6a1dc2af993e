"""Delivery without a store and without a network."""
