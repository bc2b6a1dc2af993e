"""The proof: nodes are killed, envelopes are mutated, hours pass; nothing is lost, nothing is doubled."""
