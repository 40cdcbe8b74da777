"""Stores and archives that Debian has, in the wide run: Tarantool, Galera; and the FTP servers that cannot stand beside vsftpd."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import FTP_USER, at
from wide.cache import CACHE

TARANTOOL_OPEN = """
cat >/etc/tarantool/instances.enabled/shop.lua <<'END'
box.cfg{listen = '0.0.0.0:3301', memtx_memory = 33554432}
box.once('first', function()
  local s = box.schema.space.create('person')
  s:create_index('primary', {parts = {1, 'string'}})
  s:insert{'ada'}
  box.schema.user.grant('guest', 'read,write,execute', 'universe')
  box.schema.user.grant('guest', 'read', 'space', 'person')
end)
END
"""
TARANTOOL = ("printf '%s\\n' 'local there = require(\"net.box\").connect(\"LOGINADDRESS:3301\")'"
             " 'print(there.space.person:select()[1][1])' 'os.exit()' >/run/ask.lua; timeout 10 tarantool /run/ask.lua")

# The packages of the two cannot be installed beside vsftpd's: their programs are laid over those of this machine.
FTP_ALL = "install -d -o root -m 755 /srv/ftp; echo ada >/srv/ftp/customers; usermod -d /srv/ftp ftp || useradd -r -d /srv/ftp ftp"
FTP = "curl -sf -m 20 --ftp-ssl OPTIONS -u USER ftp://ADDRESS/customers"
PROFTPD, PUREFTPD = f"{CACHE}/proftpd-1.3", f"{CACHE}/pure-ftpd-1.0"


def laid(package):
    return f"""
mount -t overlay overlay -o lowerdir={package}/usr/sbin:/usr/sbin /usr/sbin
cp -a {package}/etc/. /etc/
"""


PROFTPD_OPEN = laid(PROFTPD) + f"""
mount -t overlay overlay -o lowerdir={PROFTPD}/usr/lib:/usr/lib /usr/lib
useradd --system proftpd
for file in {PROFTPD}/usr/share/proftpd/templates/*.conf; do
  sed 's/^Include.*modules.conf/#&/; s/^LoadModule/#&/' $file >/etc/proftpd/$(basename $file)
done
sed -i '/Anonymous ~ftp/,/[/]Anonymous/s/^# //; s/UseIPv6 *on/UseIPv6 off/' /etc/proftpd/proftpd.conf
install -d /etc/systemd/system; cp {PROFTPD}/lib/systemd/system/proftpd.service /etc/systemd/system/
install -d /run/proftpd /var/log/proftpd
""" + FTP_ALL
PUREFTPD_OPEN = laid(PUREFTPD) + """
echo no >/etc/pure-ftpd/conf/NoAnonymous
echo 'STANDALONE_OR_INETD=standalone' >/etc/default/pure-ftpd-common
ln -sf /etc/pure-ftpd/conf/PAMAuthentication /etc/pure-ftpd/auth/70pam
install -d /run/pure-ftpd
""" + FTP_ALL

GALERA_OPEN = """
cat >/etc/mysql/mariadb.conf.d/60-galera.cnf <<'END'
[galera]
wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_cluster_address = gcomm://
wsrep_node_address = 127.0.0.1
binlog_format = row
default_storage_engine = InnoDB
innodb_autoinc_lock_mode = 2
END
"""
GALERA = "mariadb -N -e 'select name from shop.person'"

CASES = (
    Case("tarantool", ("tarantool@shop",), (3301,), open=TARANTOOL_OPEN, seed="true", holds="ada", owner=at(TARANTOOL, login=""),
         wide=True, stranger=at(TARANTOOL, SERVER, login=""),
         steps=(Step("open-store", "tarantool", "locked", at(TARANTOOL, login=f"app:{PASSWORD}@")),)),
    Case("proftpd", ("proftpd",), (21,), open=PROFTPD_OPEN, seed=FTP_USER, holds="ada", wide=True, needs=(PROFTPD,),
         owner=at(FTP, options="", user=f"app:{PASSWORD}"), stranger=at(FTP, SERVER, options="", user="anonymous:"),
         steps=(Step("open-files", "proftpd", "locked", at(FTP, options="", user=f"app:{PASSWORD}")),)),
    Case("pure-ftpd", ("pure-ftpd",), (21,), open=PUREFTPD_OPEN, seed=FTP_USER, holds="ada", wide=True, needs=(PUREFTPD,),
         owner=at(FTP, options="", user=f"app:{PASSWORD}"), stranger=at(FTP, SERVER, options="", user="anonymous:"),
         steps=(Step("open-files", "pure-ftpd", "locked", at(FTP, options="", user=f"app:{PASSWORD}")),)),
    Case("galera", ("mariadb",), (4567,), open=GALERA_OPEN, ready="mariadb -N -e \"show status like 'wsrep_ready'\" | grep -q ON", wide=True,
         seed="mariadb -e \"create database shop; create table shop.person (name text); insert into shop.person values ('ada')\"",
         holds="ada", owner=GALERA, address=PUBLIC, steps=(Step("cluster-port", "galera", "closed", GALERA),)),
)
