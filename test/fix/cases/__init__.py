"""All cases; a new server is one module here."""

from . import databases, files, keyvalue, search, services, web

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *files.CASES, *search.CASES, *web.CASES)
