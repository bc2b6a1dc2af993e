"""One module per operation of the contract: what happens, in which order. Rules live in the domain."""
