"""The parts of the feedback report."""
