"""Shares and modules, and small servers beside them: Samba, rsync, vsftpd, NATS, tinyproxy, the agents of Zabbix and Munin."""

from case import PASSWORD, SERVER, Case, Step
from common import FTP_USER, ask, at

OPEN_FILES, OPEN_MONITOR = "open-files", "open-monitor"
CATALOGUE = "install -d -m 755 /srv/pub; echo ada >/srv/pub/customers; chmod 644 /srv/pub/customers"

SAMBA_OPEN = CATALOGUE + r"""
printf '%s\n' '[pub]' 'path = /srv/pub' 'guest ok = yes' >>/etc/samba/smb.conf
"""
SAMBA = "smbclient -g OPTIONS -c 'get customers -' //ADDRESS/pub 2>/dev/null | grep ada"
SAMBA_USER = f"useradd -M app; printf '%s\\n%s\\n' '{PASSWORD}' '{PASSWORD}' | smbpasswd -s -a app >/dev/null"

RSYNC_OPEN = CATALOGUE + r"""
printf '%s\n' '[pub]' 'path = /srv/pub' '[old]' 'path = /srv/pub' >/etc/rsyncd.conf
"""
RSYNC = "RSYNC_PASSWORD='SECRET' rsync -q rsync://USER@ADDRESS/pub/customers /tmp/got && cat /tmp/got"

FTP_OPEN = r"""
install -d -o root -m 755 /srv/ftp; echo ada >/srv/ftp/customers; id ftp >/dev/null 2>&1 || useradd -r -d /srv/ftp ftp
sed -i 's/^anonymous_enable=.*/anonymous_enable=YES/; s/^listen_ipv6=.*/listen_ipv6=NO/; s/^listen=.*/listen=YES/' /etc/vsftpd.conf
"""
FTP = "curl -sf -u USER ftp://ADDRESS/customers"

NATS_OPEN = "sed -i 's/^host:.*/host: 0.0.0.0/' /etc/nats-server.conf"
NATS = ("python3 -c 'import socket,sys; s=socket.create_connection((sys.argv[1],4222)); s.recv(4096);"
        " s.sendall(b\"CONNECT \"+sys.argv[2].encode()+b\"\\r\\nPING\\r\\n\"); print(s.recv(99).decode())' ADDRESS 'LOGIN' | grep -o PONG")

PROXY_OPEN = "sed -i '/^Allow/d' /etc/tinyproxy/tinyproxy.conf; sed -i 's/^LogFile.*/Syslog Off/' /etc/tinyproxy/tinyproxy.conf"
PROXY = "curl -s -p -x http://USERADDRESS:8888 -o /dev/null -w '%{http_connect}' http://ADDRESS:8888/ | grep 200"

ZABBIX_OPEN = "sed -i 's/^Server=.*/Server=0.0.0.0\\/0/' /etc/zabbix/zabbix_agentd.conf"
ZABBIX = ask(10050, b"ZBXD\x01\x0a" + bytes(7) + b"agent.ping") + " | grep -ao '1$'"
MUNIN_OPEN = "sed -i '/^allow/d; /^cidr_allow/d; s/^host .*/host 0.0.0.0/' /etc/munin/munin-node.conf; echo 'cidr_allow 0.0.0.0/0' >>/etc/munin/munin-node.conf"
MUNIN = ask(4949, b"version\nquit\n") + " | grep -o 'munins node'"


CASES = (
    Case("samba", ("smbd",), (445,), open=SAMBA_OPEN, seed=SAMBA_USER, holds="ada",
         owner=at(SAMBA, options=f"-U app%{PASSWORD}"), stranger=at(SAMBA, SERVER, options="-N"),
         steps=(Step(OPEN_FILES, "samba", "locked", at(SAMBA, options=f"-U app%{PASSWORD}")),)),
    Case("rsync", ("rsync",), (873,), open=RSYNC_OPEN, seed="true", holds="ada", owner=at(RSYNC, user="nobody"),
         stranger=at(RSYNC, SERVER, user="nobody"),
         steps=(Step(OPEN_FILES, "rsync", "partial", at(RSYNC, user="backup", secret=PASSWORD)),
                Step("partial", "rsync", "unclear", at(RSYNC, user="backup", secret=PASSWORD)))),
    Case("vsftpd", ("vsftpd",), (21,), open=FTP_OPEN, seed=FTP_USER, holds="ada", owner=at(FTP, user=f"app:{PASSWORD}"),
         stranger=at(FTP, SERVER, user="anonymous:"),
         steps=(Step(OPEN_FILES, "vsftpd", "locked", at(FTP, user=f"app:{PASSWORD}")),)),
    Case("nats", ("nats-server",), (4222,), open=NATS_OPEN, seed="true", holds="PONG", owner=at(NATS, login="{}"),
         stranger=at(NATS, SERVER, login="{}"),
         steps=(Step("open-store", "nats", "locked", at(NATS, login=f'{{"user":"app","pass":"{PASSWORD}"}}')),)),
    Case("tinyproxy", ("tinyproxy",), (8888,), open=PROXY_OPEN, seed="true", holds="200", owner=at(PROXY, user=""),
         stranger=at(PROXY, SERVER, user=""),
         steps=(Step("open-remote", "tinyproxy", "locked", at(PROXY, user=f"app:{PASSWORD}@")),)),
    # Who is hung up on before a word does not learn by whom.
    Case("zabbix-agent", ("zabbix-agent",), (10050,), open=ZABBIX_OPEN, seed="true", holds="1", owner=at(ZABBIX),
         stranger=at(ZABBIX, SERVER), steps=(Step(OPEN_MONITOR, "zabbix-agent", "identified", at(ZABBIX)),)),
    Case("munin-node", ("munin-node",), (4949,), open=MUNIN_OPEN, seed="true", holds="munins node", owner=at(MUNIN),
         stranger=at(MUNIN, SERVER), steps=(Step(OPEN_MONITOR, "munin-node", "identified", at(MUNIN)),)),
)
