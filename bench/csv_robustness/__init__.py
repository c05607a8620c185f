"""How readers fare on polluted CSV files, by the ten measures of the public Pollock benchmark.

A folder holds `csv/` (the polluted files), `clean/` (what a perfect reader loads from each) and `parameters/` (the
dialect of each, as JSON). Our reader is run on every file next to DuckDB's and Python's, and is measured by what it
loads: the header, the records, the cells.

**The ten measures**, each 0 to 1: success; precision, recall and F1 of the header, of the records and of the cells, as
multisets. *Strict*: header cells and records are compared after normalising numbers, dates, times, money, booleans and
case, cells as they are; a record is its cells joined together; the shares are those of Pollock's own evaluation (its
"precision" divides by what is expected). *Lenient*: cells are normalised too, and a clean record that was not loaded is
not counted against the reader when the reader set a record aside with its line and reason; this holds for no more than
half of a file's records, so that refusing is no refuge.

**Simple** is the mean over files of the sum of the ten measures, **weighted** the same with the weights of
`pollock_weights.json` beside the folders, or where there is none with every kind of pollution weighing the same.

**Silent row loss**: a file that the reader reads, of which fewer records are loaded or set aside with a reason than the
clean file has. For our reader, every line that is not blank must moreover belong to a record or be set aside itself.

**Declared**: the reader is told the delimiter, quote, escape, column names and the lines of preamble, header and
footnote. **Automatic**: the reader is given the bytes alone.
"""
