"""Object stores: MinIO, SeaweedFS, s3rver. Counted: buckets; files and bytes of SeaweedFS' volumes."""

import json
import time

from model import Spec, View

from ..cache import CACHE, get

MINIO = f"env MINIO_ROOT_USER=zoozoo MINIO_ROOT_PASSWORD=s3cret123 {CACHE}/minio-2026/minio server --address $A:$P --console-address $A:$P2 $D/data"
WEED = (f"{CACHE}/seaweedfs-4.48/bin/weed server -dir=$D -ip=$A -ip.bind=$A -master.port=$P -volume.port=$P2 -filer"
        " -filer.port=$P3 -s3 -s3.port=$P4 -s3.port.iceberg=0 -s3.port.lance=0 -volume.max=4")
S3RVER = f"node {CACHE}/s3rver-3/node_modules/.bin/s3rver -d $D/data -a $A -p $P --no-vhost-buckets"


def weed_fill(box):
    for number in range(5):
        get(box, f"/people/{number}.txt", port="P3", method="PUT", body="a person")
    for _ in range(30):  # the master counts what the volume server told it last
        if weed_truth(box)["records"] == 5:
            return
        time.sleep(1)


def weed_truth(box):
    racks = get(box, "/vol/status")["Volumes"]["DataCenters"].values()
    volumes = [volume for rack in racks for nodes in rack.values() for node in nodes.values() for volume in node]
    return {"version": get(box, "/vol/status")["Version"].split()[1], "records": sum(v["FileCount"] for v in volumes),
            "bytes": sum(v["Size"] for v in volumes), "collections": 2}


IDENTITIES = json.dumps({"identities": [{"name": "zoo", "credentials": [{"accessKey": "zoo", "secretKey": "s3cret12345"}],
                                         "actions": ["Admin"]}]})
READY = "python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' http://$A:$P3/"
SPECS = (
    Spec("minio:locked", MINIO, views=(View("minio", "locked"),)),
    Spec("minio:metrics", f"env MINIO_PROMETHEUS_AUTH_TYPE=public {MINIO[4:]}", truth=lambda box: {"version": "DEVELOPMENT.GOGET"},
         views=(View("minio", "partial", sees=("version",), may=("collections", "records", "bytes")),)),
    Spec("s3rver:open", f"{S3RVER} --configure-bucket zoo --configure-bucket photos", truth=lambda box: {"collections": 2, "names": ["photos", "zoo"]},
         views=(View("s3", "open", sees=("collections",)),)),
    Spec("seaweedfs:open", WEED, seed=weed_fill, truth=weed_truth, ready=READY, slow=True, views=(
        View("seaweedfs", "open", sees=("version",)),
        View("seaweedfs", "open", sees=("version", "records", "bytes"), port="P2", slack={"bytes": 1}),
        View("seaweedfs", "open", sees=("version", "collections"), port="P3"),
        View("s3", "open", port="P4"))),
    Spec("seaweedfs:s3-locked", f"{WEED} -s3.config=$D/s3.json", files={"s3.json": IDENTITIES}, truth=weed_truth, ready=READY, slow=True, views=(
        View("seaweedfs", "open", sees=("version",)), View("s3", "locked", port="P4"))),
)
