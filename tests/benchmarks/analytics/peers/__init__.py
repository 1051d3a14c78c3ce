"""The questions of the reports, each written by hand for one library."""
