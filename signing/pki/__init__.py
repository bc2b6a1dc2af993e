"""Certificates of others: chains to our roots, revocation, what is the matter with one, what will end."""
