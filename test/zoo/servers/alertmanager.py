"""Alertmanager. Counted: alerts."""

import json

from model import PASSWORD_BCRYPT, Spec, View, number

SERVER = ("prometheus-alertmanager --config.file=$D/am.yml --storage.path=$D/d --web.listen-address=$A:$P"
          " --cluster.listen-address=")
CONFIG = "route: {receiver: x}\nreceivers: [{name: x}]\n"
WEB = f"basic_auth_users:\n  zoo: {PASSWORD_BCRYPT}\n"
SEED = """
$CLIENT alert add disk host=a
$CLIENT alert add disk host=b
$CLIENT alert add heat host=a
"""


def truth(box):
    return {"version": number(box.sh("prometheus-alertmanager --version 2>&1")),
            "records": len(json.loads(box.client("alert query -o json")))}


PREFIX = "/one/two/three"
CLIENT = "amtool --alertmanager.url=http://$A:$P"

SPECS = (
    Spec("alertmanager:below-a-path", SERVER + f" --web.route-prefix={PREFIX}", files={"am.yml": CONFIG},
         client=CLIENT + PREFIX, seed=SEED, truth=truth,
         views=(View("alertmanager", "open", sees=("version", "records"), facts={"http.base": PREFIX}),)),
    Spec("alertmanager:open", SERVER, files={"am.yml": CONFIG}, client=CLIENT,
         seed=SEED, truth=truth, views=(View("alertmanager", "open", sees=("version", "records")),)),
    Spec("alertmanager:below", SERVER + " --web.route-prefix=/am", files={"am.yml": CONFIG}, seed=SEED, truth=truth,
         client="amtool --alertmanager.url=http://$A:$P/am", views=(View("alertmanager", "open", sees=("version", "records")),)),
    Spec("alertmanager:locked", SERVER + " --web.config.file=$D/web.yml", files={"am.yml": CONFIG, "web.yml": WEB},
         views=(View("web", "identified"),)),
)
