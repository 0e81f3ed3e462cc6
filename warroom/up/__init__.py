"""``manage.py up``: servers and processes under one parent."""
