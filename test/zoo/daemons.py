#!/usr/bin/env python3
"""Real services of Debian that are nobody's store, each on a port that hints at nothing: none may be called open, none may get
a name that is not its own, none may die of being asked; by default, and by every protocol there is.

    test/zoo/daemons.py [--ajar build/ajar] [--only NAME ...] [--verbose]
    tools/install-packages daemons              once, as root

`N passed, N failed` last, exit 1 when one failed. One that does not start is a failure.
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare  # noqa: E402
import run  # noqa: E402
from harness import Zoo  # noqa: E402
from model import PASSWORD, Spec, View  # noqa: E402
from wire_haystack import DOORS  # noqa: E402

WAYS = ((), ("--all-protocols",))
ALWAYS = ("unknown", "tls", "tls-service")  # the names of nobody
WEB = ("web",)
INETD = """service {name}
{{
  type = {kind}
  id = zoo
  socket_type = stream
  protocol = tcp
  port = $P
  bind = $A
  wait = no
  user = root
  disable = no
  {more}
}}
"""
NAMED = """options {{ directory "$D"; listen-on port {dns} {{ $A; }}; listen-on-v6 {{ none; }}; recursion no; pid-file none;
session-keyfile "$D/session"; managed-keys-directory "$D"; }};
key "rndc" {{ algorithm hmac-sha256; secret "czNjcmV0czNjcmV0czNjcmV0czNjcmV0"; }};
controls {{ inet $A port {control} allow {{ any; }} keys {{ "rndc"; }}; }};
"""
# BIND listens at addresses that an interface has, which those of 127.0.0.0/8 are not by themselves.
ADDRESSED = "ip address add $A/32 dev lo; trap \"ip address del $A/32 dev lo\" EXIT; trap \"kill \\$!; exit\" TERM INT; runuser -u zoo --"
UNBOUND = """server:
  interface: $A@{dns}
  access-control: 127.0.0.0/8 allow
  chroot: ""
  username: ""
  directory: "$D"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
remote-control:
  control-enable: yes
  control-interface: $A
  control-port: {control}
  control-use-cert: no
"""
NGIRCD = """[Global]
Name = irc.example.org
Info = zoo
Listen = $A
Ports = $P
ServerUID = zoo
ServerGID = zoo
MotdPhrase = zoo
[Options]
DNS = no
Ident = no
PAM = no
"""
INSPIRCD = """<server name="irc.example.org" description="zoo" network="zoo" id="1ZO">
<admin name="zoo" nick="zoo" email="zoo@example.org">
<bind address="$A" port="$P" type="clients">
<connect allow="*">
<pid file="$D/pid">
"""
CUPS = """Listen $A:$P
Browsing Off
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
"""
CUPS_FILES = """ErrorLog stderr
AccessLog stderr
PageLog stderr
RequestRoot $D/spool
CacheDir $D/cache
StateDir $D/state
ServerRoot $D
TempDir $D/tmp
"""
EXIM = """local_interfaces = $A
daemon_smtp_ports = $P
spool_directory = $D/spool
log_file_path = syslog
keep_environment =
pid_file_path = $D/pid
primary_hostname = mail.example.org
begin acl
begin routers
begin transports
"""
KNOT = """server:
    listen: $A@$P
    rundir: $D
database:
    storage: $D
log:
  - target: stderr
    any: error
"""
SYSLOG = """@version: 3.38
source s { network(ip("$A") port($P) transport("tcp")); };
destination d { file("$D/out"); };
log { source(s); destination(d); };
"""
ICECAST = """<icecast><limits><sources>2</sources></limits><authentication><source-password>{0}</source-password><admin-user>zoo</admin-user>
<admin-password>{0}</admin-password></authentication><hostname>localhost</hostname><listen-socket><port>$P</port><bind-address>$A</bind-address>
</listen-socket><paths><basedir>/usr/share/icecast2</basedir><logdir>$D</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths></icecast>
"""
ZNC = """Version = 1.8.2
<Listener zoo>
  Port = $P
  IPv4 = true
  IPv6 = false
  Host = $A
  SSL = false
</Listener>
<User zoo>
  Pass = plain#{0}#
  Admin = true
  Nick = zoo
</User>
"""
BACULA = """FileDaemon {{ Name = zoo; FDport = $P; FDAddress = $A; WorkingDirectory = $D; PidDirectory = $D; }}
Director {{ Name = zoo-dir; Password = "{0}"; }}
Messages {{ Name = Standard; director = zoo-dir = all; }}
"""


def daemon(name, command, *may, files=None, prepare="", root=False, port="P", env=None):
    """`may`: what it may be called besides nobody; the one port is the one that is looked at."""
    return Spec("daemon:" + name, command, views=(View(may, "identified", port=port),), files=files or {}, prepare=prepare, root=root, env=env or {})


def inetd(name, kind, more=""):
    return daemon("xinetd-" + name, "xinetd -dontfork -f $D/x.conf", files={"x.conf": INETD.format(name=name, kind=kind, more=more)}, root=True)


SPECS = (
    daemon("ngircd", "ngircd -n -f $D/n.conf", files={"n.conf": NGIRCD}),
    daemon("inspircd", "inspircd --nofork --nolog --config=$D/i.conf", files={"i.conf": INSPIRCD}),
    daemon("cups", "cupsd -f -c $D/cupsd.conf -s $D/files.conf", *WEB, "cups", prepare="mkdir spool cache state tmp",
           files={"cupsd.conf": CUPS, "files.conf": CUPS_FILES}, root=True),
    daemon("exim4", "exim4 -bdf -C $D/x.conf -oP $D/pid", "smtp", "exim", files={"x.conf": EXIM}, prepare="mkdir -p spool\nchown root:root x.conf\nchmod 644 x.conf\nchown Debian-exim spool", root=True),
    daemon("pdns", "pdns_server --config-dir=$D --daemon=no --guardian=no --local-address=$A --local-port=$P --launch=bind --bind-config=$D/b.conf "
                   "--socket-dir=$D --webserver=no", "dns", files={"b.conf": 'options { directory "$D"; };\n'}),
    daemon("bind9", f"sh -c '{ADDRESSED} named -g -c $D/n.conf & wait'", "dns", files={"n.conf": NAMED.format(dns="$P", control="$P2")}, root=True),
    daemon("knot", "knotd -c $D/k.conf", "dns", files={"k.conf": KNOT}),
    daemon("spamd", "spamd -L -x -i $A -p $P -m 1 --min-children=1 --syslog=stderr --pidfile=$D/pid -H $D", prepare="mkdir -p .spamassassin"),
    daemon("oidentd", "oidentd -i -m -a $A -p $P -u zoo -g zoo", root=True),
    daemon("iperf3", "iperf3 -s -B $A -p $P"),
    daemon("sslh", "sslh -f --listen $A:$P --ssh $A:$P2 --pidfile $D/pid -n"),
    daemon("upsd", "/lib/nut/upsd -F -u zoo", files={"ups.conf": "", "upsd.conf": "LISTEN $A $P\nALLOW_NO_DEVICE true\nSTATEPATH $D\n", "upsd.users": ""},
           env={"NUT_CONFPATH": "$D", "NUT_STATEPATH": "$D", "NUT_ALTPIDPATH": "$D"}),
    daemon("coturn", "turnserver -n -L $A -p $P --no-udp --no-tls --no-dtls --no-cli --pidfile $D/pid --log-file stdout --db $D/turn.db --lt-cred-mech -r example.org"),
    daemon("syslog-ng", "syslog-ng -F --no-caps -f $D/s.conf -R $D/persist -p $D/pid -c $D/ctl", files={"s.conf": SYSLOG}),
    daemon("snapserver", "snapserver --http.enabled=false --tcp.port=$P2 --tcp.bind_to_address=$A --stream.port=$P --stream.bind_to_address=$A --server.datadir=$D "
                         "--stream.source=pipe:///$D/fifo?name=zoo", prepare="mkfifo fifo"),
    daemon("snapserver-control", "snapserver --http.enabled=false --tcp.port=$P --tcp.bind_to_address=$A --stream.port=$P2 --stream.bind_to_address=$A "
                                 "--server.datadir=$D --stream.source=pipe:///$D/fifo?name=zoo", prepare="mkfifo fifo"),
    daemon("owserver", "owserver --fake=DS18B20 -p $A:$P --foreground --pid_file $D/pid"),
    daemon("quasselcore", "quasselcore --configdir=$D --listen=$A --port=$P"),
    daemon("bitlbee", "bitlbee -F -n -i $A -p $P -P $D/pid -d $D -c /dev/null"),
    daemon("znc", "znc -f -d $D", *WEB, files={"configs/znc.conf": ZNC.format(PASSWORD)}),
    daemon("dropbear", "dropbear -F -E -s -p $A:$P -r $D/key -P $D/pid", "ssh", "openssh", "dropbear", prepare="dropbearkey -t ed25519 -f key"),
    daemon("prosody", "prosody -F --config $D/p.lua", files={"p.lua": 'interfaces = { "$A" }\nc2s_ports = { $P }\ns2s_ports = { $P2 }\nmodules_disabled = { "s2s" }\n'
                                                             'pidfile = "$D/pid"\ndata_path = "$D"\nlog = "*console"\nVirtualHost "example.org"\n'}),
    daemon("icecast2", "icecast2 -c $D/i.xml", *WEB, "icecast", files={"i.xml": ICECAST.format(PASSWORD)}),
    daemon("mpd", "mpd --no-daemon $D/m.conf", prepare="mkdir m",
           files={"m.conf": 'music_directory "$D/m"\ndb_file "$D/db"\nbind_to_address "$A"\nport "$P"\naudio_output {\n type "null"\n name "zoo"\n}\n'}),
    daemon("distccd", "distccd --no-detach --daemon --listen $A -p $P --allow 127.0.0.0/8 --log-stderr --jobs 1 --enable-tcp-insecure"),
    daemon("gpsd", "gpsd -N -G -S $P -F $D/sock"),
    daemon("stunnel", "stunnel4 $D/s.conf", files={"s.conf": "foreground = yes\npid =\n[zoo]\naccept = $A:$P\nconnect = $A:$P2\ncert = $C/good.pem\nkey = $C/good.key\n"}),
    daemon("tor-control", "tor -f $D/t --defaults-torrc /dev/null", files={"t": "DisableNetwork 1\nSocksPort 0\nControlPort $A:$P\nHashedControlPassword "
                                                 "16:872860B76453A77D60CA2BB8C1A7042072093276A3D701AD684053EC4C\nDataDirectory $D/d\n"}),
    daemon("rndc", "named -g -c $D/n.conf", files={"n.conf": NAMED.format(dns="$P2", control="$P")}),
    daemon("unbound", "unbound -d -c $D/u.conf", "dns", files={"u.conf": UNBOUND.format(dns="$P", control="$P2")}),
    daemon("unbound-control", "unbound -d -c $D/u.conf", files={"u.conf": UNBOUND.format(dns="$P2", control="$P")}),
    daemon("nsd", "nsd -d -c $D/n.conf", "dns", files={"n.conf": 'server:\n  ip-address: $A@$P\n  zonesdir: "$D"\n  username: ""\n  pidfile: "$D/pid"\n  xfrdir: "$D"\n'
                                                         '  xfrdfile: "$D/x"\n  zonelistfile: "$D/z"\n  database: ""\n  cookie-secret-file: ""\nremote-control:\n  control-enable: no\n'}),
    daemon("dnsmasq", "dnsmasq -k -p $P -a $A -C /dev/null --no-resolv --bind-interfaces -x $D/pid", "dns", root=True),
    daemon("murmurd", "murmurd -fg -ini $D/m.ini", files={"m.ini": "host=$A\nport=$P\ndatabase=$D/m.sqlite\nlogfile=\npidfile=\n"}),
    daemon("privoxy", "privoxy --no-daemon $D/p", *WEB, "http-proxy", files={"p": "listen-address $A:$P\nconfdir /etc/privoxy\n"}),
    daemon("apt-cacher-ng", "apt-cacher-ng -i ForeGround=1 BindAddress=$A Port=$P CacheDir=$D/c LogDir=$D/l SocketPath=$D/s PidFile=$D/p", *WEB, "http-proxy",
           prepare="mkdir c l"),
    daemon("openvpn", "openvpn --dev null --proto tcp-server --local $A --lport $P --tls-server --ca $C/good.pem --cert $C/good.pem --key $C/good.key --dh none "
                      "--ifconfig-noexec --route-noexec --data-ciphers AES-256-GCM"),
    daemon("uwsgi", "uwsgi-core --socket $A:$P --master"),
    daemon("nrpe", "nrpe -f -c $D/n.cfg -n", files={"n.cfg": "server_address=$A\nserver_port=$P\nnrpe_user=zoo\nnrpe_group=zoo\nallowed_hosts=127.0.0.0/8\npid_file=$D/pid\n"}),
    daemon("gmond", "gmond -f -c $D/g.conf -p $D/pid", files={"g.conf": 'globals { daemonize = no\n setuid = no\n mute = yes\n}\ncluster { name = "zoo" }\n'
                                                                     'udp_recv_channel { bind = "$A"\n port = $P2\n}\ntcp_accept_channel { bind = "$A"\n port = $P\n}\n'}),
    daemon("opendkim", "opendkim -f -p inet:$P@$A -d example.org -s zoo -k $D/key -x $D/o.conf -P $D/pid", files={"o.conf": "RequireSafeKeys no\n"},
           prepare="openssl genrsa -out key 2048"),
    daemon("postgrey", "postgrey --inet=$A:$P --dbdir=$D --user=zoo --group=zoo --pidfile=$D/pid"),
    daemon("bacula-fd", "bacula-fd -f -c $D/b.conf", files={"b.conf": BACULA.format(PASSWORD)}),
    daemon("saned", "saned -l -b $A -p $P"),
    inetd("echo", "INTERNAL UNLISTED"),
    inetd("discard", "INTERNAL UNLISTED"),
    inetd("daytime", "INTERNAL UNLISTED"),
    inetd("chargen", "INTERNAL UNLISTED"),
    inetd("time", "INTERNAL UNLISTED"),
    inetd("cvs", "UNLISTED", "server = /usr/bin/cvs\n  server_args = -f --allow-root=$D pserver"),
    inetd("finger", "UNLISTED", "server = /usr/sbin/in.fingerd"),
    inetd("leafnode", "UNLISTED", "server = /usr/sbin/leafnode"),
)


def scan(ajar, endpoints, root, words):
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(root)}
    done = subprocess.run([ajar, "scan", "--json", "--db", "none", *words, *endpoints], capture_output=True, text=True, env=environment,
                          cwd=root, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def fault_of(box, lines):
    """What is wrong with what was said of it, or ""."""
    port, may = box.ports["P"], box.spec.views[0].product
    told = [line for line in lines if line.get("port") == port]
    services = [line for line in told if line["type"] == "service"]
    if not services:
        return "it was not seen"
    for line in services:
        if line["product"] not in (*ALWAYS, *may):
            return f"it is called {line['product']}, {line['verdict']}"
        if line["verdict"] in ("open", "partial") and line["product"] != "http-proxy":
            return f"it is called {line['verdict']}"
    doors = [line["rule"] for line in told if line["type"] == "finding" and str(line.get("rule")).startswith(DOORS)]
    return f"finding {', '.join(doors)}" if doors and "http-proxy" not in may else ""


def look(boxes, options, root, tally):
    endpoints = [box.endpoint(view) for box in boxes for view in box.spec.views]
    for words in WAYS:
        lines = scan(options.ajar, endpoints, root, words)
        for box in boxes:
            if options.verbose:
                named = [(line["product"], line["verdict"]) for line in lines if line.get("port") == box.ports["P"] and line["type"] == "service"]
                run.note(f"{box.spec.name} {' '.join(words)}: {named}")
            fault = fault_of(box, lines)
            tally.add(compare.Check(not fault, f"{box.spec.name} {' '.join(words) or 'as it comes'}", fault))
    for box in boxes:
        tally.add(compare.check_alive(box))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME", help="may be given several times")
    parser.add_argument("--verbose", action="store_true", help="show what each was called")
    parser.add_argument("--keep", action="store_true", help="keep the directory with all logs")
    options = parser.parse_args()
    options.ajar = os.path.abspath(options.ajar)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    specs = [spec for spec in SPECS if not options.only or spec.name.split(":")[1] in options.only]
    tally = run.Tally()
    zoo = Zoo((), options.keep)
    try:
        boxes = run.start_all([zoo.box(spec) for spec in specs], 4, tally)
        if boxes:
            look(boxes, options, zoo.root, tally)
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
