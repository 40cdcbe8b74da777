"""MySQL 5.5, the newest whose maker put it into a registry; filled and asked with MariaDB's client."""

from model import PASSWORD, Spec, View

from ..cache import CACHE

HERE = f"{CACHE}/mysql-5.5"
SERVER = (f"{HERE}/mysqld --no-defaults --basedir={HERE} --lc-messages-dir={HERE}/share --character-sets-dir={HERE}/share/charsets --datadir=$D/data"
          " --socket=$D/s --pid-file=$D/pid --bind-address=$A --port=$P --skip-name-resolve")
PREPARE = f"cp -r {HERE}/data $D/data && chmod -R u+w $D/data"
CLIENT = "mariadb --no-defaults --socket=$D/s -u root"
FILLED = f"{CLIENT} -e \"create database shop; create table shop.person (name text); insert into shop.person values ('ada')\""
LOCKED = f"; {CLIENT} -e \"delete from mysql.user where user = '' or host <> 'localhost'; set password = password('{PASSWORD}'); flush privileges\""


def truth(box):
    sizes = box.sh(CLIENT + " -N -e \"select data_length + index_length from information_schema.tables where table_schema = 'shop'\"")
    return {"version": "5.5.9", "collections": 1, "names": ["shop.person"], "records": 1, "bytes": int(sizes)}


SPECS = (
    Spec("mysql-5.5:open", SERVER, prepare=PREPARE, ready=f"{CLIENT} -e 'select 1'", truth=truth,
         seed=f"{FILLED}; {CLIENT} -e \"grant all on *.* to root@'%'\"", views=(View("mysql", "open", sees=("version", "collections", "records", "bytes")),)),
    Spec("mysql-5.5:locked", SERVER, prepare=PREPARE, ready=f"{CLIENT} -e 'select 1'", seed=FILLED + LOCKED,
         views=(View("mysql", "locked"),)),
)
