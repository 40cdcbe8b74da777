"""All cases; a new server is one module here."""

from . import (argo, consoles, databases, datagrams, files, go_graphs, go_servers, go_stores, http_stores, java_consoles, java_http,
               java_stores, java_stores_more, keyvalue, monitors, node_consoles, outside, packaged, platforms, platforms_more, python_consoles,
               remote, script_consoles, search, search_tls, services, shares, stores, tls, web, wide)

CASES = (*keyvalue.CASES, *databases.CASES, *services.CASES, *files.CASES, *search.CASES, *web.CASES, *remote.CASES, *shares.CASES,
         *datagrams.CASES, *stores.CASES, *wide.CASES, *tls.CASES, *consoles.CASES, *monitors.CASES, *http_stores.CASES,
         *platforms.CASES, *packaged.CASES, *java_stores.CASES, *java_http.CASES, *outside.CASES, *search_tls.CASES, *go_graphs.CASES,
         *go_servers.CASES, *java_consoles.CASES, *java_stores_more.CASES, *script_consoles.CASES, *node_consoles.CASES,
         *go_stores.CASES, *python_consoles.CASES, *platforms_more.CASES, *argo.CASES)
