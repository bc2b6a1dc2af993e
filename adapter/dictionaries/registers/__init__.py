"""Local registers: files of the operator are read, checked whole, kept in versions and looked up."""
