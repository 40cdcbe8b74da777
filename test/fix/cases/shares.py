"""Disks, exports, repositories and archives of the wide run: iSCSI, NBD, NFS, Subversion, TFTP, DICOM."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at

OPEN_FILES = "open-files"

ISCSI_OPEN = """
install -d /srv/disks; truncate -s 1M /srv/disks/mail; truncate -s 2M /srv/disks/backup
for name in mail backup; do
  printf '<target iqn.2026-01.example.zoo:%s>\\n  backing-store /srv/disks/%s\\n</target>\\n' $name $name >/etc/tgt/conf.d/$name.conf
done
"""
ISCSI = "iscsi-readcapacity16 iscsi://LOGINADDRESS/iqn.2026-01.example.zoo:mail/1 | sed 's/Total size:1048576/ada/'"

SVN_OPEN = """
install -d /srv/svn; svnadmin create /srv/svn/shop
cat >/etc/systemd/system/svnserve.service <<'END'
[Service]
User=svn
ExecStart=/usr/bin/svnserve --daemon --foreground --root /srv/svn/shop
END
useradd --system svn
echo ada >/root/name
svn -q import -m first /root/name file:///srv/svn/shop/name
chown -R svn: /srv/svn
"""
SVN = "svn cat --non-interactive --no-auth-cache LOGIN svn://ADDRESS/name"

TFTP_OPEN = """
install -d /srv/boot; echo ada >/srv/boot/name
cat >/etc/systemd/system/atftpd.service <<'END'
[Service]
EnvironmentFile=/etc/default/atftpd
ExecStart=/usr/sbin/atftpd --daemon --no-fork $OPTIONS
END
echo 'OPTIONS="--port 69 --logfile /var/log/atftpd.log /srv/boot"' >/etc/default/atftpd
"""
TFTP = "curl -sf -m 5 tftp://ADDRESS/name"

NBD_OPEN = """
install -d -o nbd /srv/disks; echo ada >/srv/disks/mail; truncate -s 1M /srv/disks/mail; chown nbd /srv/disks/mail
printf '%s\\n' '[generic]' 'user = nbd' 'group = nbd' 'allowlist = true' '[mail]' 'exportname = /srv/disks/mail' >/etc/nbd-server/config
"""
NBD = "nbdcopy nbd://ADDRESS/mail - | head -c 3"

NFS_OPEN = """
cat >/etc/ganesha/ganesha.conf <<'END'
NFS_CORE_PARAM { Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; }
NFSV4 { Graceless = true; RecoveryBackend = fs_ng; }
EXPORT { Export_Id = 1; Path = /pub; Pseudo = /srv/pub; Access_Type = RO; Squash = None; SecType = sys; FSAL { Name = MEM; } }
END
cat >/etc/systemd/system/nfs-ganesha.service <<'END'
[Service]
ExecStart=/usr/bin/ganesha.nfsd -F -L /var/log/ganesha.txt -f /etc/ganesha/ganesha.conf -p /run/ganesha.pid
ExecReload=/bin/kill -HUP $MAINPID
END
"""
# A client of the kernel's would need the kernel: what is asked is whether the program answers.
NFS = "timeout -s KILL 5 rpcinfo -a ADDRESS.8.1 -T tcp 100003 4"

DICOM_OPEN = """
install -d /srv/images
cat >/etc/dcmtk/dcmqrscp.cfg <<'END'
NetworkTCPPort = 11112
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
friend = (FRIEND, localhost, 104)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ANY-SCP /srv/images RW (100, 1024mb) ANY
AETable END
END
cat >/etc/systemd/system/dcmqrscp.service <<'END'
[Service]
ExecStart=/usr/bin/dcmqrscp -c /etc/dcmtk/dcmqrscp.cfg
END
"""
# An image of somebody, of nothing but his name.
DICOM_SEED = """
cat >/root/image.dump <<'END'
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [1.2.3.4.5]
(0010,0010) PN [ada]
(0010,0020) LO [1]
(0020,000d) UI [1.2.3.4]
(0020,000e) UI [1.2.3.4.1]
END
dump2dcm /root/image.dump /root/image.dcm
storescu -aet FRIEND -aec ANY-SCP 127.0.0.1 11112 /root/image.dcm
"""
FIND = "findscu -v -P -aet WHO -aec ANY-SCP -k QueryRetrieveLevel=PATIENT -k PatientName=* -k PatientID= ADDRESS 11112 2>&1 | grep -o 'ada'"
DICOM_BEHIND = "sed -i '/^ANY-SCP/s/ANY$/friend/' /etc/dcmtk/dcmqrscp.cfg; systemctl restart dcmqrscp"

CASES = (
    Case("iscsi", ("tgt",), (3260,), open=ISCSI_OPEN, seed="true", holds="ada", owner=at(ISCSI, login=""), wide=True,
         needs=("/usr/bin/iscsi-readcapacity16",), stranger=at(ISCSI, SERVER, login=""),
         steps=(Step(OPEN_FILES, "iscsi", "partial", at(ISCSI, login=f"app%{PASSWORD}@")),)),
    Case("svnserve", ("svnserve",), (3690,), open=SVN_OPEN, seed="true", holds="ada", owner=at(SVN, login=""), wide=True,
         stranger=at(SVN, SERVER, login=""),
         steps=(Step(OPEN_FILES, "svnserve", "locked", at(SVN, login=f"--username app --password '{PASSWORD}'")),)),
    Case("tftp", ("atftpd",), (69,), udp=True, open=TFTP_OPEN, seed="true", holds="ada", owner=at(TFTP), address=PUBLIC, wide=True,
         ready=at(TFTP), stranger=at(TFTP, PUBLIC), steps=(Step(OPEN_FILES, "tftp", "closed", at(TFTP)),)),
    Case("nbd", ("nbd-server",), (10809,), open=NBD_OPEN, seed="true", holds="ada", owner=at(NBD), address=PUBLIC, wide=True,
         needs=("/usr/bin/nbdcopy",), stranger=at(NBD, PUBLIC), steps=(Step(OPEN_FILES, "nbd", "closed", at(NBD)),)),
    Case("dicom", ("dcmqrscp",), (11112,), open=DICOM_OPEN, seed=DICOM_SEED, holds="ada", owner=at(FIND, who="FRIEND"), wide=True,
         stranger=at(FIND, SERVER, who="ANYBODY"),
         steps=(Step("open-store", "dicom", "locked", at(FIND, who="FRIEND"), behind=DICOM_BEHIND),)),
    Case("nfs-ganesha", ("nfs-ganesha",), (2049,), open=NFS_OPEN, seed="true", holds="ready", owner=at(NFS), address=PUBLIC,
         wide=True, stranger=at(NFS, PUBLIC), steps=(Step(OPEN_FILES, "nfs", "closed", at(NFS)),)),
)
