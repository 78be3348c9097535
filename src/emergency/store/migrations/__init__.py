"""How the tables of a store became what they are, step by step, for Alembic: one file a version in ``versions``.

A step runs in the transaction of whoever upgrades, under the log's lock, and finds the tables' names in
`Tables`; what it makes of them is written out in it, for the tables of today are not those of its day.
"""
