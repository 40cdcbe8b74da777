"""dcmtk's archive: open to every peer, and to named ones only. What a query for a study that cannot exist meets, decides."""

from model import Spec, View

CONFIG = ("NetworkTCPPort = $P\nMaxPDUSize = 16384\nMaxAssociations = 16\nHostTable BEGIN\nfriend = (FRIEND, 10.99.99.99, 104)\n"
          "HostTable END\nVendorTable BEGIN\nVendorTable END\nAETable BEGIN\nANY-SCP $D/db RW (100, 1024mb) WHO\nAETable END\n")
SERVER = "dcmqrscp -c $D/d.cfg"


def dicom(variant, who, port, view):
    return Spec("dicom:" + variant, SERVER, prepare="mkdir -p $D/db", port=port, files={"d.cfg": CONFIG.replace("WHO", who)}, views=(view,))


SPECS = (
    dicom("open", "ANY", 11112, View("dicom", "open", facts={"auth": "none"})),
    dicom("locked", "friend", 4242, View("dicom", "locked")),
)
