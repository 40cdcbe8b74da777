"""All cases; a new server is one module here."""

from . import databases, files, keyvalue, remote, search, services, web

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *files.CASES, *search.CASES, *web.CASES,
         *remote.CASES)
