"""Servers in Go of the wide zoo, and a program in Go that shows what it does."""

from dataclasses import replace

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import certificate
from from_zoo import Stand, console, page, spec_of, stranger
from wide.cache import missing
from wide.servers import web_go

# A service that shows what it does on the port that it serves.
PPROF_OPEN = """
mkdir /srv/shop && cd /srv/shop
cat >shop.go <<'END'
package main

import (
	"net/http"
	_ "net/http/pprof"
)

func main() {
	http.HandleFunc("/names", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ada\\n")) })
	http.ListenAndServe(":6060", nil)
}
END
PATH=$PATH:/usr/local/go/bin CGO_ENABLED=0 go build -trimpath -o shop shop.go
cat >/etc/systemd/system/shop.service <<'END'
[Service]
User=nobody
ExecStart=/srv/shop/shop
END
"""

TIDB_AS = f"mysql --no-defaults -h {SERVER} -P 4000 -u"
TIDB_NAMES = "-N -e 'select name from ada.customer'"
TIDB_SEED = f"""{TIDB_AS} root <<'END'
create database ada;
create table ada.customer (name varchar(9));
insert into ada.customer values ('ada');
create user app@'%';
grant select on ada.* to app@'%';
SQL
END
"""
# An administrator of another name, and a root of that network who may do nothing.
TIDB_OTHERS = f"""create user boss@'%' identified by '{PASSWORD}';
grant all on *.* to boss@'%' with grant option;
alter user root@'%' identified by '{PASSWORD}';
drop user app@'%';
create user root@'10.77.%';
"""
BOSS = f"printf '[client]\\nuser=boss\\npassword={PASSWORD}\\n' >/root/.my.cnf"


def tidb(name, rule, says, port, sql="", user="root", before="", stranger="", **step):
    """At its port for clients (4000), or at that for its state, which names the databases. `before`: how the owner logs in before."""
    spec = spec_of("tidb:open", rename={"tidb.toml": "/etc/tidb/tidb.toml"}, text=("$P2", "10080"))
    stand, absent = Stand(spec, "tidb", 4000, "/var/lib/tidb", ""), missing(spec.command)
    return Case(name, ("tidb",), (port,), open=stand.open, seed=TIDB_SEED.replace("SQL\n", sql), holds="ada", ready=f"{TIDB_AS} root -e 'select 1'",
                owner=f"{TIDB_AS} {user} {before} {TIDB_NAMES}", stranger=stranger, needs=(str(absent),) if absent else (), wide=True,
                steps=(Step(rule, "tidb", says, f"{TIDB_AS} {user} -p'{PASSWORD}' {TIDB_NAMES}", **step),))


def dozzle():
    """Beside a real engine, which must be there first, with a container that never ran."""
    base = "curl -sSf --unix-socket $D/engine http://engine"
    seed = (f"tar -c -T /dev/null | {base}/images/create?fromSrc=-\\&repo=ada -H 'Content-Type: application/x-tar' --data-binary @-\n"
            f"{base}/containers/create?name=ada -H 'Content-Type: application/json' -d '{{\"Image\": \"ada\", \"Cmd\": [\"ada\"]}}'")
    spec = spec_of("dozzle:open", command=web_go.DOZZLE, seed=seed)
    made = console("open-dashboard", "dozzle", spec, 8080, "/api/containers.json", "ada", beside=f"env PATH={web_go.ENGINE_PATH} {web_go.DOCKER}")

    def opened():
        made.open()
        with open("/etc/systemd/system/dozzle-beside.service", "a") as unit:
            unit.write("ExecStartPost=chmod 666 /var/lib/dozzle/engine\n")
    return replace(made, open=opened)


TASKS = "/kapacitor/v1/tasks?fields=status"

CASES = (
    console("open-monitor", "memcached-exporter", "memcached-exporter:open", 9150, "/metrics", "memcached_exporter_build_info", owner=f"-u ops:{PASSWORD}",
            needs=certificate("/etc/prometheus", "zoo")),
    Case("go-pprof", ("shop",), (6060,), open=PPROF_OPEN, seed="", holds="ada", owner=page(6060, "/names", address="127.0.0.1"), address=PUBLIC, wide=True,
         stranger=page(6060, "/names", address=PUBLIC), needs=("/usr/local/go/bin/go",),
         steps=(Step("open-monitor", "go-pprof", "closed", page(6060, "/names"), down=True),)),
    # Asked for a login by itself it takes any, so the stranger has one.
    console("open-dashboard", "kapacitor", spec_of("kapacitor:open", rename={"kapacitor.conf": "/etc/kapacitor/kapacitor.conf"}), 9092, TASKS, "ada",
            strange=stranger(9092, TASKS, "-u anybody:anything")),
    # By its API, which no login of its own keeps.
    console("open-monitor", "cadvisor", "cadvisor:open", 8080, "/api/v1.3/machine", "num_cores", place="/var/lib/cadvisor"),
    tidb("wide-tidb", "open-store", "locked", 4000, stranger=f"{TIDB_AS} app {TIDB_NAMES}"),
    tidb("wide-tidb-status", "open-store", "closed", 10080, stranger=page(10080, "/schema"), down=True),
    tidb("wide-tidb-partial", "partial", "locked", 4000, sql=TIDB_OTHERS, user="boss", before=f"-p'{PASSWORD}'", needs=BOSS),
    dozzle(),
)
