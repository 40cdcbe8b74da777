"""Weaviate and Dgraph, each with the login that it has."""

from case import PASSWORD, SERVER
from from_zoo import console, spec_of
from wide.servers import go_graphs

FIRST = go_graphs.ALPHA.replace(" --port_offset 10000", "").replace(":1", ":")
ZERO = go_graphs.ZERO.replace(" --port_offset 10000", "").replace(":1", ":")
SEED = go_graphs.DGRAPH_SEED.replace("$A", "127.0.0.1")  # from elsewhere nobody alters anything
ASK = "-X POST -H 'Content-Type: application/dql' -d '{q(func: eq(name,\"ada\")){name}}'"
LOGIN = ("""curl -sSf -H 'Content-Type: application/json' -d '{"query":"mutation{login(userId:\\"groot\\",password:\\"%s\\")"""
         """{response{accessJWT}}}"}' http://127.0.0.1:8080/admin | sed -n 's/.*"accessJWT":"\\([^"]*\\)".*/\\1/p'""" % PASSWORD)

CASES = (
    console("open-store", "weaviate", "weaviate:open", 8080, "/v1/objects", "ada", says="locked", owner=f"-H 'Authorization: Bearer {PASSWORD}'"),
    console("open-store", "dgraph", spec_of("dgraph:open", command=FIRST, seed=SEED, port=0), 8080, "/query", "ada", says="locked", ask=ASK, units=(),
            beside=ZERO,
            after=f'token=$({LOGIN}) && curl -sSf -H "X-Dgraph-AccessToken: $token" {ASK} http://{SERVER}:8080/query'),
)
