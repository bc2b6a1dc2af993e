"""XML signatures: the strict core, its profiles as data, and every place where a signature may stand."""
