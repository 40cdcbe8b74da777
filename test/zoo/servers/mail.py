"""OpenSMTPD and Dovecot: named and not judged."""

from model import Spec, View

DOVECOT = """
base_dir = $D/run
state_dir = $D/run
log_path = /dev/stderr
protocols = imap pop3
listen = $A
ssl = no
default_login_user = zoo
default_internal_user = zoo
default_internal_group = zoo
mail_location = maildir:$D/mail
service imap-login {
  chroot =
  inet_listener imap {
    port = $P
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $P2
  }
}
service anvil {
  chroot =
}
passdb {
  driver = static
  args = password=s3cret
}
"""
SMTPD = 'listen on $A port $P hostname mx.example.org\naction "local" maildir "$D/mail"\nmatch for local action "local"\n'
SSHD = "sshd -D -e -f $D/sshd.conf -h $D/host"

SPECS = (
    Spec("mail:dovecot", "dovecot -F -c $D/dovecot.conf", files={"dovecot.conf": DOVECOT}, root=True,
         views=(View("dovecot", "identified", facts={"protocol": "IMAP"}),
                View("dovecot", "identified", port="P2", facts={"protocol": "POP3"}))),
    Spec("mail:ssh", "/usr/sbin/" + SSHD, files={"sshd.conf": "ListenAddress $A:$P\nPidFile none\n"}, root=True,
         prepare="mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f $D/host", views=(
             View("openssh", "identified", sees=("version",)),),
         truth=lambda box: {"version": box.sh("ssh -V 2>&1").split("_")[1].split()[0].rstrip(",")}),
)
