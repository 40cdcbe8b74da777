"""Prometheus, scraping itself. Counted: the series in its head block."""

import json
import urllib.request

from model import PASSWORD_BCRYPT, Spec, View, number

SERVER = "prometheus --config.file=$D/c.yml --storage.tsdb.path=$D/d --web.listen-address=$A:$P"
CONFIG = """
global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: itself, static_configs: [{targets: ["$A:$P"]}]}
"""
WEB = f"basic_auth_users:\n  zoo: {PASSWORD_BCRYPT}\n"


HAS_SERIES = "until promtool query instant http://$A:$P up | grep -q .; do sleep 0.3; done"


def status(box, port, what, below=""):
    address = f"http://{box.address}:{box.ports[port]}{below}/api/v1/status/{what}"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as answer:
        return json.load(answer)["data"]


def truth_at(box, port):
    return {"version": number(box.sh("prometheus --version 2>&1")),
            "records": status(box, port, "tsdb")["headStats"]["numSeries"]}


def truth(box):
    return truth_at(box, "P")


PREFIX = " --web.route-prefix=/metrics/prom --web.external-url=http://$A:$P/metrics/prom"
HAS_SERIES_BELOW = HAS_SERIES.replace("http://$A:$P", "http://$A:$P/metrics/prom")
AGENT = "prometheus --config.file=$D/c.yml --enable-feature=agent --storage.agent.path=$D/d --web.listen-address=$A:$P"


def truth_below(box):
    """Of one that lives below a path."""
    return {"version": number(box.sh("prometheus --version 2>&1")),
            "records": status(box, "P", "tsdb", "/metrics/prom")["headStats"]["numSeries"]}


def version_only(box):
    return {"version": number(box.sh("prometheus --version 2>&1"))}


COUNTED = {"sees": ("version", "records"), "slack": {"records": 0.02}}
SPECS = (
    Spec("prometheus:open", SERVER, files={"c.yml": CONFIG}, truth=truth, seed=HAS_SERIES, slow=True,
         views=(View("prometheus", "open", **COUNTED),)),
    Spec("prometheus:below", SERVER + PREFIX, files={"c.yml": CONFIG}, truth=truth_below, seed=HAS_SERIES_BELOW, slow=True,
         views=(View("prometheus", "open", **COUNTED),)),
    # It passes on what it scrapes and keeps no series.
    Spec("prometheus:agent", AGENT, files={"c.yml": CONFIG}, truth=version_only,
         views=(View("prometheus", "open", sees=("version",), facts={"prometheus.agent": True}),)),
    # Without a login every answer is a bare 401, so that nothing says what it is: some web page with a login.
    Spec("prometheus:locked", SERVER + " --web.config.file=$D/web.yml", files={"c.yml": CONFIG, "web.yml": WEB},
         views=(View("web", "identified"),)),
)
