from django.db import models


class Draft(models.Model):
    """What an author has typed of a form so far; saved while typing and when it is refused.

    ``data`` holds the form's raw values by field name, each a list. ``form`` is the key of the form
    that saved it last, ``save_number`` the number of that save: two pages with the same form do not
    overwrite each other (``rules.draft``).
    """

    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    form = models.UUIDField(null=True, blank=True)
    save_number = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
