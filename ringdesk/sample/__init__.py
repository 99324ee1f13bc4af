"""Fictional people: members, their history and open tasks, made from a seed; for the demo, the benchmarks and the tests.

The same seed gives the same people, on every machine and Python: only `random.Random.random` is drawn from, whose
sequence is guaranteed. Member `index` is made without making the others, so five million of them need no memory.
"""

from ringdesk.sample.business import articles, dispositions
from ringdesk.sample.contacts import history, notes
from ringdesk.sample.english import Speak, as_written, english
from ringdesk.sample.people import member, people
from ringdesk.sample.promised import indexes, promised

__all__ = [
    "Speak",
    "articles",
    "as_written",
    "dispositions",
    "english",
    "history",
    "indexes",
    "member",
    "notes",
    "people",
    "promised",
]
