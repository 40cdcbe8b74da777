"""Graphite's carbon-cache, by the port on which Graphite's web part asks it."""

from model import Spec, View

CONF = """[cache]
STORAGE_DIR = $D
LOCAL_DATA_DIR = $D/whisper
CONF_DIR = $D
LOG_DIR = $D
PID_DIR = $D
USER =
ENABLE_LOGROTATION = False
LINE_RECEIVER_INTERFACE = $A
LINE_RECEIVER_PORT = $P2
PICKLE_RECEIVER_INTERFACE = $A
PICKLE_RECEIVER_PORT = $P3
CACHE_QUERY_INTERFACE = $A
CACHE_QUERY_PORT = $P
"""

SPECS = (
    Spec("carbon:open", "carbon-cache --config=$D/carbon.conf --nodaemon start", port=7002,
         files={"carbon.conf": CONF, "storage-schemas.conf": "[default]\npattern = .*\nretentions = 60s:1d\n"},
         views=(View("carbon", "open", facts={"auth": "none"}, rules=("open-store",)),)),
)
