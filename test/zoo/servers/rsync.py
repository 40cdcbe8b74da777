"""rsync as a daemon: modules open, locked, both, hidden from the list."""

import re

from model import PASSWORD, Spec, View

SERVER = "rsync --daemon --no-detach --address=$A --port=$P --config=$D/r.conf"
HEAD = "use chroot = no\nmotd file = $D/motd\n"
OPEN = "[pub]\npath = $D/pub\nread only = yes\ncomment = for everybody\n"
LOCKED = "[backups]\npath = $D/pub\nauth users = zoo\nsecrets file = $D/secrets\n"
FENCED = "[fenced]\npath = $D/pub\nhosts allow = 10.99.99.99\n"


def truth(box):
    """The list of its own client, without the message of the day, which looks like one of its lines."""
    rows = [row for row in re.findall(r"^(\S+) *(?:\t|$)", box.sh("rsync rsync://$A:$P/"), re.M) if row != "Welcome"]
    return {"collections": len(rows), "names": sorted(rows)}


def rsync(variant, text, view):
    return Spec("rsync:" + variant, SERVER, files={"r.conf": HEAD + text, "secrets": f"zoo:{PASSWORD}\n", "motd": "Welcome\tto all\n"},
                prepare="mkdir -p $D/pub; chmod 600 $D/secrets", truth=truth, views=(view,))


SPECS = (
    rsync("open", OPEN, View("rsync", "open", sees=("collections",), facts={"auth": "none", "collections.readable": 1})),
    rsync("mixed", LOCKED + FENCED + OPEN, View("rsync", "open", sees=("collections",), facts={"collections.readable": 1})),
    rsync("locked", LOCKED, View("rsync", "partial", sees=("collections",), facts={"auth": "password"})),
    rsync("fenced", FENCED, View("rsync", "partial", sees=("collections",), facts={"auth": "rejected"})),
    # Nothing is listed, and no name is guessed.
    rsync("hidden", "list = no\n" + OPEN, View("rsync", "unclear", may=("collections",))),
)
