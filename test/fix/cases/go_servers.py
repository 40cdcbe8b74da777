"""Servers in Go of the wide zoo, and a program in Go that shows what it does."""

from case import PASSWORD, PUBLIC, Case, Step
from common import certificate
from from_zoo import console, page, spec_of, stranger

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
)
