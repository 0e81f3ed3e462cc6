"""The closure package: read from the record, built once, rendered in several forms.

``collect`` reads the record, ``build`` makes the content of it; everything else takes the
content and nothing else, so that what was sealed is what anybody sees.
"""
