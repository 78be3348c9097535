"""Drills (演练): an incident is played into a store of its own kind, whose clock can be set; the trainee acts in it.

A script is a timeline file: what everybody else does comes out of it at its hour, and what the trainee's office did in
it is left to the trainee. So every real case can be practised, under the law of today or of its own day.
"""
