"""The codes of what machines send and nobody can read; all else is refused by the actions' rules.

``API-FIELD``: a field has the documented name, type and length.
``API-CURSOR``: a cursor is one that the same list gave.
``API-INCIDENT``: a tool names an incident, unless the token works in a single one.
``API-LANE``: a body names a lane, unless the token works in a single one.
``API-MAY``: the token, and the person who answers for it, may do it.
``API-NUMBER``: a number is one of something in this incident.
``API-PERSON``: a user name is that of somebody who can respond.
``API-SCENARIO``: a scenario is one of the library.
``API-SURFACE``: a surface is one that the site has.
``API-TIME``: a time is one that can be read.
``I-KEY``: an Idempotency-Key is short, and stands for one request alone.
"""

FIELD = "API-FIELD"
CURSOR = "API-CURSOR"
INCIDENT = "API-INCIDENT"
LANE = "API-LANE"
MAY = "API-MAY"
NUMBER = "API-NUMBER"
PERSON = "API-PERSON"
SCENARIO = "API-SCENARIO"
SURFACE = "API-SURFACE"
TIME = "API-TIME"
KEY = "I-KEY"
