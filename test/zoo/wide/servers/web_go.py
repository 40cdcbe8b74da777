"""Servers in Go that answer over HTTP."""

from model import Spec, View

from ..cache import CACHE, get
from .monitors import WEB, labelled

MEMCACHED_EXPORTER = f"{CACHE}/memcached-exporter-0/memcached_exporter --web.listen-address=$A:$P --memcached.address=127.0.0.1:9"


def exporter_truth(box):
    return {"version": labelled(get(box, "/metrics"), "memcached_exporter_build_info", "version")}


SPECS = (
    Spec("memcached-exporter:open", MEMCACHED_EXPORTER, truth=exporter_truth, views=(View("memcached-exporter", "open", sees=("version",)),)),
    Spec("memcached-exporter:locked", f"{MEMCACHED_EXPORTER} --web.config.file=$D/web.yml", files=WEB, views=(View("web", "identified"),)),
)
