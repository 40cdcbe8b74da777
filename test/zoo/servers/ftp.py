"""vsftpd: with visitors, without, with visitors who may not enter."""

from model import Spec, View, number

CONFIG = ("listen=YES\nlisten_address=$A\nlisten_port=$P\nbackground=NO\nsecure_chroot_dir=$D/empty\nftp_username=bin\n"
          "anon_root=$D/pub\nconnect_from_port_20=NO\nxferlog_enable=NO\nseccomp_sandbox=NO\nlocal_enable=YES\n")
PREPARE = "mkdir -p $D/pub $D/empty; chmod 755 $D $D/pub $D/empty; chown root $D/v.conf"


def truth(box):
    return {"version": number(box.sh("vsftpd -v 0>&1 2>&1"))}


def vsftpd(variant, text, view):
    return Spec("ftp:" + variant, "vsftpd $D/v.conf", files={"v.conf": CONFIG + text}, prepare=PREPARE, root=True, truth=truth,
                views=(view,))


SPECS = (
    vsftpd("open", "anonymous_enable=YES\n", View("vsftpd", "open", sees=("version",), facts={"auth": "none"})),
    vsftpd("no-password", "anonymous_enable=YES\nno_anon_password=YES\n", View("vsftpd", "open", sees=("version",))),
    vsftpd("locked", "anonymous_enable=NO\n", View("vsftpd", "locked", sees=("version",), facts={"auth": "password"})),
    # Visitors are let in where there is nothing, and where they may not be.
    vsftpd("empty", "anonymous_enable=YES\nanon_root=$D/empty\n", View("vsftpd", "open", sees=("version",), facts={"auth": "none"})),
    vsftpd("no-place", "anonymous_enable=YES\nanon_root=$D/gone\n", View("vsftpd", ("locked", "unclear", "partial"), sees=("version",))),
    # Its greeting says nothing of FTP.
    vsftpd("another-greeting", "anonymous_enable=YES\nftpd_banner=files.example.org is ready\n",
           View("ftp", "open", facts={"auth": "none"})),
)
