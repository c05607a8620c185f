"""The parts of the data quality report."""
