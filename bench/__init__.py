"""Benchmarks: the measurements that the README quotes."""
