"""Health and churn risk told a second time, from the canonical rows on, and held against the product."""
