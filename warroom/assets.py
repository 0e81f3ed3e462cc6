"""How static files are named when they are collected for production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Also names the modules that a script imports by their content.

    Otherwise a browser could run a new ``main.js`` with yesterday's modules.
    """

    support_js_module_import_aggregation = True
