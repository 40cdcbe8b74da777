"""What floods others or tells strangers over UDP, and what has no login at all: queues, the portmapper, names of NetBIOS."""

from case import PUBLIC, SERVER, Case, Step
from common import ask, at

from .keyvalue import memcached

AMPLIFIER, NAMES = "amplifier", "names-told"

MEMCACHED_OPEN = "sed -i 's/^-l .*/-l 0.0.0.0/' /etc/memcached.conf; echo '-U 11211' >>/etc/memcached.conf"
OVER_UDP = ("python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2);"
            f" s.connect((\"{PUBLIC}\", 11211)); s.send(bytes(4) + b\"\\0\\1\\0\\0version\\r\\n\"); print(s.recv(99))' | sed s/VERSION/ada/")

RPCBIND_OPEN = """
sed -i 's/^OPTIONS=.*/OPTIONS="-w"/' /etc/default/rpcbind
"""
RPCINFO = "timeout -s KILL 5 rpcinfo -p ADDRESS | grep -m 1 -o portmapper"

SNMP_OPEN = """
printf '%s\\n' 'agentaddress udp:0.0.0.0:161' 'rocommunity public' 'sysname ada' >/etc/snmp/snmpd.conf
"""
SNMP = "snmpget -v2c -c public -t 2 -r 0 ADDRESS 1.3.6.1.2.1.1.5.0"

NMBD_OPEN = """
printf '%s\\n' '[global]' 'workgroup = CORP' 'netbios name = BOX' '[pub]' 'path = /srv' 'guest ok = yes' >/etc/samba/smb.conf
"""
NMBLOOKUP = f"timeout 5 nmblookup -U {SERVER} --unicast={SERVER} BOX | grep '<00>'"
BY_NAME = "smbclient -N -g -L //127.0.0.1 2>/dev/null | grep -o pub"

BEANSTALKD_OPEN = "sed -i 's/^BEANSTALKD_LISTEN_ADDR=.*/BEANSTALKD_LISTEN_ADDR=0.0.0.0/' /etc/default/beanstalkd; echo 'BEANSTALKD_EXTRA=\"-b /var/lib/beanstalkd\"' >>/etc/default/beanstalkd"
PEEK = ask(11300, b"peek-ready\r\n", end=True)

GEARMAN_OPEN = """
install -d -o gearman /var/lib/gearman
sed -i 's/--listen=localhost/--listen=0.0.0.0/; s#--daemon#--daemon --queue-type=libsqlite3 --libsqlite3-db=/var/lib/gearman/jobs.db#' /etc/default/gearman-job-server
"""
GEARADMIN = "gearadmin -h ADDRESS --status"

CASES = (
    Case("memcached-udp", ("memcached",), (11211,), udp=True, address=PUBLIC, wide=True, open=MEMCACHED_OPEN, volatile="VERSION",
         seed=memcached("127.0.0.1", "set name 0 0 3", "ada"), ready=memcached("127.0.0.1", "version"), holds="ada",
         owner=memcached("127.0.0.1", "get name", "version"), stranger=OVER_UDP,
         steps=(Step(AMPLIFIER, "memcached", "closed", memcached("127.0.0.1", "get name", "version")),)),
    Case("rpcbind-udp", ("rpcbind",), (111,), udp=True, address=PUBLIC, wide=True, open=RPCBIND_OPEN, seed="true", holds="portmapper",
         ready=at(RPCINFO), owner=at(RPCINFO), steps=(Step(AMPLIFIER, "rpcbind", "closed", at(RPCINFO)),)),
    Case("rpcbind", ("rpcbind",), (111,), wide=True, open=RPCBIND_OPEN, seed="echo ada >/srv/name", holds="ada",
         owner="cat /srv/name", stranger=at(RPCINFO, SERVER) + " >/dev/null && echo ada",
         steps=(Step(NAMES, "rpcbind", "closed", "cat /srv/name", down=True),)),
    Case("snmpd", ("snmpd",), (161,), udp=True, address=PUBLIC, wide=True, open=SNMP_OPEN, seed="true", holds="ada", ready=at(SNMP),
         owner=at(SNMP), stranger=at(SNMP, PUBLIC), steps=(Step("told-to-strangers", "snmp", "closed", at(SNMP)),)),
    Case("nmbd", ("smbd", "nmbd"), (137,), udp=True, wide=True, open=NMBD_OPEN, seed="true", holds="pub", owner=BY_NAME, ready=BY_NAME,
         stranger=NMBLOOKUP + " >/dev/null && echo pub", steps=(Step("told-to-strangers", "netbios", "closed", BY_NAME),)),
    Case("beanstalkd", ("beanstalkd",), (11300,), address=PUBLIC, wide=True, open=BEANSTALKD_OPEN,
         seed=at(ask(11300, b"put 1 0 10 3\r\nada\r\n", end=True)), holds="ada", owner=at(PEEK), stranger=at(PEEK, PUBLIC),
         steps=(Step("open-store", "beanstalkd", "closed", at(PEEK)),)),
    Case("gearman", ("gearman-job-server",), (4730,), address=PUBLIC, wide=True, open=GEARMAN_OPEN,
         seed="echo x | gearman -h 127.0.0.1 -b -f ada", holds="ada", owner=at(GEARADMIN), stranger=at(GEARADMIN, PUBLIC),
         steps=(Step("open-store", "gearman", "closed", at(GEARADMIN)),)),
)
