"""Servers that are named by what they say before any login: Firebird, GlusterFS, git daemon. And svnserve, which can be open."""

from model import PASSWORD, Spec, View

FIREBIRD = "/usr/lib/x86_64-linux-gnu/firebird/3.0"
SVN = "svnserve -d --foreground --listen-host $A --listen-port $P -r $D/"
RULES = f"printf '[general]\\nanon-access = none\\npassword-db = passwd\\n' >repo/conf/svnserve.conf; printf '[users]\\nzoo = {PASSWORD}\\n' >repo/conf/passwd"
KEPT = "printf '[general]\\nauthz-db = authz\\n' >repo/conf/svnserve.conf; printf '[/]\\n* =\\n[/pub]\\n* = r\\n' >repo/conf/authz"


def svn(variant, prepare, view, root="repo"):
    return Spec("svn:" + variant, SVN + root, prepare="svnadmin create repo; " + prepare, views=(view,))


SPECS = (
    Spec("firebird:locked", "env FIREBIRD_LOCK=$D/lock FIREBIRD=$D firebird", port=3050, root=True,
         files={"firebird.conf": "RemoteServicePort=$P\nRemoteBindAddress=$A\n"},
         prepare=f"mkdir lock; ln -s {FIREBIRD}/plugins {FIREBIRD}/intl .; cp {FIREBIRD}/firebird.msg /etc/firebird/3.0/plugins.conf .",
         views=(View("firebird", "identified"),)),
    Spec("glusterd:management", "glusterd -N -f $D/g.vol -l $D/log.txt -p $D/pid", port=24007, root=True, prepare="mkdir work run", ready="grep -q 'Final graph' log.txt",
         files={"g.vol": "volume management\n    type mgmt/glusterd\n    option working-directory $D/work\n    option run-directory $D/run\n"
                         "    option transport-type socket\n    option transport.socket.listen-port $P\n    option transport.address-family inet\n"
                         "    option transport.socket.bind-address $A\nend-volume\n"},
         views=(View("glusterd", "identified"),)),
    Spec("git:daemon", "git daemon --listen=$A --port=$P --base-path=$D --export-all --reuseaddr", port=9418, views=(View("git-daemon", "identified"),)),
    Spec("git:telling", "git daemon --listen=$A --port=$P --base-path=$D --export-all --reuseaddr --informative-errors", port=9418, host=1,
         views=(View("git-daemon", "identified"),)),
    svn("open", "svn mkdir -q -m x --username zoo file://$D/repo/trunk", View("svnserve", "open", facts={"auth": "none", "revisions": 1})),
    svn("locked", RULES, View("svnserve", "locked", facts={"auth": "password"})),
    # The top is kept from visitors, a directory below it is not, and no name is guessed.
    svn("kept", KEPT, View("svnserve", "locked", facts={"auth": "password"})),
    svn("many", "true", View("svnserve", "unclear"), root=""),
)
