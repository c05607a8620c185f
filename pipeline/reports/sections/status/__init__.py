"""The sections of the implementation status report."""
