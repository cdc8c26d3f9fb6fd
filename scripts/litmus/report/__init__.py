"""The report: tables and figures in, one HTML page out."""
