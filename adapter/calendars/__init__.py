"""The production calendar: a library, corrected by a file of the operator."""
