"""The five stages. Each reads one layer, calls the pure core, writes the next; they meet only in `cli`."""
