"""``{% modules "js/main.js" %}``: what a page's scripts import, told to the browser at once.

Without it a browser learns of a module only when it has read the one that imports it: one journey
to the server after the other. They come after the stylesheet: the page is to be read first.
"""

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORT = re.compile(r'^import .+ from "(\.[^"]+)";$', re.MULTILINE)


@register.simple_tag
def modules(*names: str) -> SafeString:
    """A link for each of these modules and for all that they import, each once."""
    return _links(names) if settings.DEBUG else _cached_links(names)


def _links(names: tuple[str, ...]) -> SafeString:
    paths: dict[str, None] = {}
    for name in names:
        _follow(name, paths)
    links = ((static(name),) for name in paths)
    link = '<link rel="modulepreload" fetchpriority="low" href="{}">'
    return format_html_join("\n  ", link, links)


_cached_links = lru_cache(maxsize=16)(_links)


def _follow(name: str, paths: dict[str, None]) -> None:
    if name in paths:
        return
    paths[name] = None
    for path in _IMPORT.findall(Path(finders.find(name)).read_text()):
        _follow(posixpath.normpath(posixpath.join(posixpath.dirname(name), path)), paths)
