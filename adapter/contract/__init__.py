"""The contract in code: schemas, envelope, messages and documents as values."""
