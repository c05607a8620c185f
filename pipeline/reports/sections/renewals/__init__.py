"""The forecast call and the one account of the renewals report."""
