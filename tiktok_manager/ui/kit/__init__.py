"""The small vocabulary every pane is built from. Import its modules; this file stays empty.

`labels`, `layout` and `controls` are all that the first frame needs; the others load behind it.
"""
