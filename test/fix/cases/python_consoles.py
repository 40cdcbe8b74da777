"""Servers of the wide zoo that Python's registry has."""

from dataclasses import replace

from case import PASSWORD, PUBLIC, SERVER
from common import at
from from_zoo import console, spec_of

OWNER = f"-u root:{PASSWORD}"
COLLECTIONS = "/v1/vector/collections"
# The text knows the port of its figures.
MILVUS = spec_of("milvus:open", ("METRICS_PORT=$P3", "METRICS_PORT=9091"), ready="curl -sf http://$A:9091/healthz")
FIGURES = "curl -sSf -m 20 http://ADDRESS:9091/api/v1/collections"
PORT = console("open-store", "milvus", MILVUS, 19530, COLLECTIONS, "ada", says="locked", scheme="http", owner=OWNER, place="/etc/milvus", units=())


def figures():
    """The port that no login belongs to: only the firewall keeps it."""
    step = replace(PORT.steps[0], says="closed", owner=at(FIGURES, SERVER))
    return replace(PORT, name="wide-milvus-figures", ports=(9091,), address=PUBLIC, owner=at(FIGURES, SERVER), stranger=at(FIGURES, PUBLIC), steps=(step,))


CASES = (PORT, figures())
