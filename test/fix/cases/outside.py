"""What answers strangers over UDP that nobody meant: the time's own questions, letters for anybody, searches for devices, and logins of
X terminals; in the wide run."""

from case import PUBLIC, SERVER, Case, Step
from common import at

AMPLIFIER, FOUND = "amplifier", "found-from-outside"

NTP_OPEN = """
printf '%s\\n' 'driftfile /var/lib/ntpsec/ntp.drift' 'server 127.127.1.0' 'restrict 11.0.0.0 mask 255.0.0.0 nomodify' 'restrict 127.0.0.1' >/etc/ntpsec/ntp.conf
cat >/etc/systemd/system/ntpsec.service <<'END'
[Service]
ExecStart=/usr/sbin/ntpd -n -N -u ntpsec:ntpsec
END
"""
# What ntpq asks for its variables.
NTPQ = ("python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); s.connect((\"ADDRESS\", 123));"
        " s.send(b\"\\x16\\2\" + bytes(10)); print(s.recv(999))' | grep -m 1 -o ntpsec")

CHARGEN_OPEN = "sed -i 's/disable.*= yes/disable = no/' /etc/xinetd.d/chargen-udp; echo ada >/srv/name"
CHARGEN = ("python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3);"
           " s.connect((\"ADDRESS\", 19)); s.send(b\"x\"); print(\"ada\" if len(s.recv(2000)) > 9 else 0)'")

# The card of its own network, beside the one to others. MiniUPnPd does not start on a card whose first address is a public one.
CARD = "ip link add INNER-CARD type veth peer name inner; ip link set inner up; ip addr add 192.0.2.1/24 dev INNER-CARD; ip link set INNER-CARD up\n"
AVAHI_OPEN = CARD + """
sed -i 's/^#*enable-dbus=.*/enable-dbus=no/; s/^use-ipv6=.*/use-ipv6=no/' /etc/avahi/avahi-daemon.conf
cat >/etc/systemd/system/avahi-daemon.service <<'END'
[Service]
ExecStart=/usr/sbin/avahi-daemon --no-chroot
END
"""
# What it said since it was started last.
AVAHI = "tac /run/fix-units/avahi-daemon.log | sed '/starting up/q' | grep -q 'interface INNER-CARD' && echo INNER-CARD"

IGD_OPEN = CARD + """
printf '%s\\n' ext_ifname=cable listening_ip=cable port=5000 enable_natpmp=yes enable_upnp=yes secure_mode=yes system_uptime=yes \\
  uuid=568dfb81-0f98-4c83-91c6-f5b88b5e0c02 'allow 1024-65535 192.0.2.0/24 1024-65535' 'deny 0-65535 0.0.0.0/0 0-65535' >/etc/miniupnpd/miniupnpd.conf
cat >/etc/systemd/system/miniupnpd.service <<'END'
[Service]
ExecStartPre=-/etc/miniupnpd/nft_init.sh
ExecStart=/usr/sbin/miniupnpd -d -f /etc/miniupnpd/miniupnpd.conf
END
"""
IGD = "for at in 192.0.2.1 10.77.0.2; do curl -sf -m 5 http://$at:5000/rootDesc.xml | grep -m 1 -o InternetGatewayDevice && exit 0; done; exit 1"

XDM_OPEN = """
echo ada >/srv/name
sed -i '/requestPort/d' /etc/X11/xdm/xdm-config
: >/etc/X11/xdm/Xservers
echo '*' >/etc/X11/xdm/Xaccess
echo /usr/bin/xdm >/etc/X11/default-display-manager
"""
XDM = "pgrep -x xdm >/dev/null && cat /srv/name"


def outside(name, unit, port, rule, product, holds, owner, open, needs, stranger="", says="closed", address=PUBLIC):
    return Case(name, (unit,), (port,), udp=True, address=address, wide=True, open=open, seed="true", holds=holds, ready=owner, owner=owner,
                stranger=stranger, needs=(needs,), steps=(Step(rule, product, says, owner),))


CASES = (
    outside("ntpsec", "ntpsec", 123, AMPLIFIER, "ntp", "ntpsec", at(NTPQ), NTP_OPEN, "/usr/sbin/ntpd", at(NTPQ, PUBLIC), "identified"),
    Case("chargen", ("xinetd",), (19,), udp=True, address=PUBLIC, wide=True, open=CHARGEN_OPEN, seed="true", holds="ada", owner="cat /srv/name",
         ready=at(CHARGEN), stranger=at(CHARGEN, PUBLIC), needs=("/usr/sbin/xinetd",), steps=(Step(AMPLIFIER, "chargen", "closed", "cat /srv/name"),)),
    outside("avahi", "avahi-daemon", 5353, FOUND, "mdns", "INNER-CARD", AVAHI, AVAHI_OPEN, "/usr/sbin/avahi-daemon"),
    outside("miniupnpd-ssdp", "miniupnpd", 1900, FOUND, "ssdp", "InternetGatewayDevice", IGD, IGD_OPEN, "/usr/sbin/miniupnpd", address=SERVER),
    outside("xdm", "xdm", 177, "desktop-login-in-clear", "xdmcp", "ada", XDM, XDM_OPEN, "/usr/bin/xdm"),
)
