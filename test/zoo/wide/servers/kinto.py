"""Kinto 26, in memory: everybody may read its buckets, or none of them."""

from model import Spec, View

from ..cache import CACHE, get

CONFIG = """[server:main]
use = egg:waitress#main
host = $A
port = $P
[app:main]
use = egg:kinto
kinto.includes = kinto.plugins.default_bucket
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.userid_hmac_secret = 6d53a41035056cd408c4446cb5407779
RIGHTS
"""
EVERYBODY = "kinto.bucket_create_principals = system.Everyone\nkinto.bucket_read_principals = system.Everyone"
NOBODY = "kinto.bucket_create_principals = system.Authenticated\nkinto.bucket_read_principals = basicauth:admin"


def fill(box):
    for name in ("crm", "shop"):
        get(box, f"/v1/buckets/{name}", method="PUT")


def truth(box):
    names = [each["id"] for each in get(box, "/v1/buckets")["data"]]
    return {"version": get(box, "/v1/")["project_version"], "collections": len(names), "names": names}


# -S: Debian's own packages of zope would hide those of the cache.
SERVER = f"env PYTHONPATH={CACHE}/kinto-26 python3 -S {CACHE}/kinto-26/bin/kinto start --ini k.ini --port $P"


def kinto(variant, rights, view, **more):
    return Spec("kinto:" + variant, SERVER, slow=True, views=(view,), files={"k.ini": CONFIG.replace("RIGHTS", rights)}, **more)


SPECS = (
    kinto("open", EVERYBODY, View("kinto", "open", sees=("version", "collections")), seed=fill, truth=truth),
    kinto("locked", NOBODY, View("kinto", "locked", sees=("version",)), truth=lambda box: {"version": get(box, "/v1/")["project_version"]}),
)
