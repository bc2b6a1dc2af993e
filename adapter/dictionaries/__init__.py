"""Reference data: code lists (НСИ) and local registers, imported, kept in versions, looked up."""
