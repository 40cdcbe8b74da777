"""All cases; a new server is one module here."""

from . import databases, keyvalue, search, services, web

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *search.CASES, *web.CASES)
