"""nbd-server, which tells no size to those who only ask: block devices for everybody, one of them not to be written to; and one for those with a certificate."""

from model import Spec, View

HEAD = "[generic]\nlistenaddr = $A\nport = $P\nallowlist = true\n"
TWO = HEAD + "[backup]\nexportname = $D/backup.img\n[archive]\nexportname = $D/archive.img\nreadonly = true\n"
ONE = HEAD + "[archive]\nexportname = $D/archive.img\nreadonly = true\n"
TLS = HEAD + ("force_tls = true\ncertfile = $C/self.pem\nkeyfile = $C/self.key\ncacertfile = $C/self.pem\n"
              "[backup]\nexportname = $D/backup.img\n")
PREPARE = "truncate -s 1M $D/backup.img; truncate -s 2M $D/archive.img"


def two(box):
    return {"collections": 2, "names": ["archive", "backup"]}


def nbd(variant, text, view, truth=lambda box: {}):
    return Spec("nbd:" + variant, "sh -c \"nbd-server -C $D/n.conf -p $D/pid; exec tail -f /dev/null\"", files={"n.conf": text}, prepare=PREPARE, truth=truth, views=(view,))


SPECS = (
    nbd("open", TWO, View("nbd", "open", sees=("collections",), facts={"auth": "none", "writable": True}), two),
    nbd("read-only", ONE, View("nbd", "open", sees=("collections",), facts={"writable": False}),
        lambda box: {"collections": 1, "names": ["archive"]}),
)
