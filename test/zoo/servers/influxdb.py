"""InfluxDB 1.6. Counted: databases and series. A locked one still names its databases in /debug/vars: partial."""

import json

from model import PASSWORD, Spec, View, number

ENV = {"INFLUXDB_META_DIR": "$D/m", "INFLUXDB_DATA_DIR": "$D/d", "INFLUXDB_DATA_WAL_DIR": "$D/w",
       "INFLUXDB_BIND_ADDRESS": "$A:$P2", "INFLUXDB_HTTP_BIND_ADDRESS": "$A:$P",
       "INFLUXDB_REPORTING_DISABLED": "true", "INFLUXDB_MONITOR_STORE_ENABLED": "false"}
CLIENT = "influx -host $A -port $P"
ADMIN = CLIENT + " -username admin -password " + PASSWORD
SEED = """
$CLIENT -execute 'create database shop'
$CLIENT -execute 'create database plant'
$CLIENT -database shop -execute 'insert sale,shop=a amount=1'
$CLIENT -database shop -execute 'insert sale,shop=b amount=2'
$CLIENT -database plant -execute 'insert heat,line=1 degrees=40'
"""
ADD_ADMIN = f"""{CLIENT} -execute "create user admin with password '{PASSWORD}' with all privileges"\n"""


def ask(box, statement):
    answer = json.loads(box.client(f"-format json -execute '{statement}'"))
    return [dict(zip(series["columns"], row))
            for result in answer["results"] for series in result.get("series", ()) for row in series["values"]]


def truth(box):
    names = sorted(row["name"] for row in ask(box, "show databases"))
    series = sum(max(row.values()) for name in names for row in ask(box, f"show series cardinality on {name}"))
    version = next(row["Version"] for row in ask(box, "show diagnostics") if "Version" in row)
    return {"version": number(version), "collections": len(names), "records": series, "names": names}


SPECS = (
    Spec("influxdb:open", "influxd run", client=CLIENT, env=ENV, seed=SEED, truth=truth,
         views=(View("influxdb", "open", sees=("version", "collections", "records")),)),
    Spec("influxdb:locked", "influxd run", client=ADMIN, env={**ENV, "INFLUXDB_HTTP_AUTH_ENABLED": "true"},
         seed=ADD_ADMIN + SEED, truth=truth,
         views=(View("influxdb", "partial", sees=("version", "collections", "records")),)),
    # It was told to ask for users and has none: whoever comes first makes the administrator.
    Spec("influxdb:no-user", "influxd run", env={**ENV, "INFLUXDB_HTTP_AUTH_ENABLED": "true"},
         truth=lambda box: {"version": number(box.sh("influxd version")), "collections": 0, "records": 0},
         views=(View("influxdb", "open", sees=("version", "collections", "records"), facts={"setup.open": True}),)),
)
