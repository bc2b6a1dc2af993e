"""Migrations of a version to come."""
