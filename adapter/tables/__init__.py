"""Tables that people make: CSV, XLSX and JSON, read as rows of texts; hostile until read."""
