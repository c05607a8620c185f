"""From exports to accepted rows: find, recognise, read, map and type, split into accepted and rejected, reconcile.

The modules in the order of the flow: `find` the files, `snapshot` one as UTF-8, count its `records`, `recognise` it by
header, `landing` as text, `mapping` to typed canonical columns, `validate` them, `load` what holds; `journal` keeps the
order of loads and `quality` reports.
"""
