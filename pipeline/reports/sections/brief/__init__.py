"""The parts of the renewal and preparation briefs."""
