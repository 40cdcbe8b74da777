"""All cases; a new server is one module here."""

from . import databases, datagrams, files, keyvalue, remote, search, services, shares, stores, web, wide

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *files.CASES, *search.CASES, *web.CASES,
         *remote.CASES, *shares.CASES, *datagrams.CASES, *stores.CASES, *wide.CASES)
