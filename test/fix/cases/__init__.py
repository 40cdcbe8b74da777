"""All cases; a new server is one module here."""

from . import consoles, databases, datagrams, files, keyvalue, remote, search, services, shares, stores, web

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *files.CASES, *search.CASES, *web.CASES,
         *remote.CASES, *shares.CASES, *datagrams.CASES, *stores.CASES, *consoles.CASES)
