"""xrdp, with TLS and with its own encryption alone, and telnetd: named, not judged."""

from model import Spec, View

XRDP = "xrdp -n -c $D/xrdp.ini"
INI = ("[Globals]\nini_version=1\nport=tcp://$A:$P\nsecurity_layer={}\ncertificate=$C/self.pem\nkey_file=$C/self.key\nmax_bpp=32\n"
       "[Logging]\nLogFile=$D/log.txt\nLogLevel=INFO\nEnableSyslog=false\n[Channels]\n[Xorg]\nname=Xorg\nlib=libxup.so\n")
# What inetd does: each connection is the standard input and output of a process.
LISTEN = """import os, socket, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
door = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    visitor = door.accept()[0]
    if os.fork() == 0:
        for number in range(3):
            os.dup2(visitor.fileno(), number)
        os.execv(sys.argv[3], sys.argv[3:])
    visitor.close()
"""


def rdp(variant, security, view, port):
    return Spec("rdp:" + variant, XRDP, port=port, root=True, files={"xrdp.ini": INI.format(security)}, views=(view,))


SPECS = (
    rdp("tls", "negotiate", View("rdp", "identified", transport="tls", facts={"nla": False}, certificate="self.pem"), 3389),
    rdp("old", "rdp", View("rdp", "identified", facts={"nla": False}), 3388),
    Spec("telnet:inetutils", "python3 $D/listen.py $A $P /usr/sbin/telnetd", root=True, files={"listen.py": LISTEN}, views=(View("telnet", "identified"),)),
)
