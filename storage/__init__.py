"""The durable store: journal, register, outbox; knows no rule of the domain."""
