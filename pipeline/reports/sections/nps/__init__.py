"""The parts of the NPS report."""
