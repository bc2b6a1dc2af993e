"""Indicators I1 to I13: counted from the journal, compared with plans and targets, shown and written."""
