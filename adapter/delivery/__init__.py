"""Delivery: workers that empty the outbox, what they do after a failure, the one leader of the jobs."""
