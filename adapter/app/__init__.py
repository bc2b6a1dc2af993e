"""The composition root and the programs: the only floor that wires the others."""
