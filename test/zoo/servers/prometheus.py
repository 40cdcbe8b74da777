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


def status(box, port, what, prefix=""):
    address = f"http://{box.address}:{box.ports[port]}{prefix}/api/v1/status/{what}"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as answer:
        return json.load(answer)["data"]


def truth_at(box, port, prefix=""):
    return {"version": number(box.sh("prometheus --version 2>&1")),
            "records": status(box, port, "tsdb", prefix)["headStats"]["numSeries"]}


def truth(box):
    return truth_at(box, "P")


PREFIX = "/tools/prom"
AGENT = "prometheus --enable-feature=agent --config.file=$D/c.yml --storage.agent.path=$D/d --web.listen-address=$A:$P"

SPECS = (
    Spec("prometheus:below-a-path", SERVER + f" --web.external-url=http://prom.test{PREFIX}/", slow=True,
         files={"c.yml": CONFIG.replace("job_name: itself,", f"job_name: itself, metrics_path: {PREFIX}/metrics,")},
         seed=HAS_SERIES.replace("$A:$P", "$A:$P" + PREFIX), truth=lambda box: truth_at(box, "P", PREFIX),
         views=(View("prometheus", "open", sees=("version", "records"), slack={"records": 0.02},
                     facts={"http.base": PREFIX}),)),
    Spec("prometheus:agent", AGENT, files={"c.yml": CONFIG},
         truth=lambda box: {"version": number(box.sh("prometheus --version 2>&1"))},
         views=(View("prometheus", "open", sees=("version",)),)),
    Spec("prometheus:open", SERVER, files={"c.yml": CONFIG}, truth=truth, seed=HAS_SERIES, slow=True,
         views=(View("prometheus", "open", sees=("version", "records"), slack={"records": 0.02}),)),
    # Without a login every answer is a bare 401, so that nothing says what it is: some web page with a login.
    Spec("prometheus:locked", SERVER + " --web.config.file=$D/web.yml", files={"c.yml": CONFIG, "web.yml": WEB},
         views=(View("web", "identified"),)),
)
