"""What speaks over UDP: agents, boot servers, devices, controllers. Each at a port of its own, where nothing hints at it."""

from model import Spec, View

SNMPD = "snmpd -f -C -c $D/snmpd.conf -Le -p $D/pid"
SNMP_ENV = {"SNMP_PERSISTENT_DIR": "$D", "MIBDIRS": "$D", "MIBS": ""}
CONTROLLER = """
name "zoo"
set_working_mc 0x20
startlan 1
  addr $A $P
  priv_limit admin
  allowed_auths_callback WAYS
  allowed_auths_user WAYS
  allowed_auths_operator WAYS
  allowed_auths_admin WAYS
  guid a123456789abcdefa123456789abcdef
endlan
user 2 true "zoo" "s3cret" admin 10 WAYS
"""
BOARD = "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n"
IPMI_SIM = "ipmi_sim -c $D/lan.conf -f $D/board.emu -s $D/state -n"


def memcached_truth(box):
    text = box.sh("memcached --version")
    return {"version": text.split()[1], "records": 0, "bytes": 0}


def memcached(name, more, verdict, sees):
    return Spec(f"memcached-udp:{name}", f"memcached -l $A -p 0 -U $P -m 16 {more}", truth=memcached_truth,
                files={"passfile": "zoo:s3cret\n"},
                views=(View("memcached", verdict, sees=sees, transport="udp"),))


def controller(name, ways, none):
    return Spec(f"ipmi:{name}", IPMI_SIM, files={"lan.conf": CONTROLLER.replace("WAYS", ways), "board.emu": BOARD},
                truth=lambda box: {"version": "2.0"},
                views=(View("ipmi", "identified", sees=("version",), transport="udp", rules=("management-controller",),
                            facts={"login.none": none, "login.anonymous": False}),))


SPECS = (
    Spec("snmp:community", SNMPD, env=SNMP_ENV, files={"snmpd.conf": "agentaddress udp:$A:$P\nrocommunity public\n"},
         views=(View("snmp", "identified", transport="udp", facts={"software": "Net-SNMP"},
                     rules=("told-to-strangers",)),)),
    Spec("snmp:version3", SNMPD, env=SNMP_ENV,
         files={"snmpd.conf": "agentaddress udp:$A:$P\ncreateUser zoo SHA zoozoozoo AES zoozoozoo\nrouser zoo priv\n"},
         views=(View("snmp", "identified", transport="udp", facts={"software": "Net-SNMP"}),)),
    memcached("open", "", "open", ("version", "records", "bytes")),
    Spec("tftp:open", "atftpd --daemon --no-fork --port $P --bind-address $A --logfile $D/atftpd.log $D",
         views=(View("tftp", "open", transport="udp", facts={"auth": "none"}, rules=("open-files",)),)),
    Spec("coap:open", "coap-server-notls -A $A -p $P",
         truth=lambda box: {"collections": 4},
         views=(View("coap", "unclear", sees=("collections",), transport="udp", rules=("told-to-strangers", "amplifier")),)),
    Spec("dns:refuses", "dnsmasq --keep-in-foreground --port=$P --listen-address=$A --bind-interfaces --no-resolv --no-hosts --conf-file=/dev/null "
                       "--user=root --pid-file=$D/pid",
         views=(View("dns", "identified", transport="udp", facts={"software": "dnsmasq-2.90", "resolves": False},
                     no_rules=("open-resolver", "amplifier")),)),
    controller("none", "none md2 md5", True),
    controller("secrets", "md2 md5", False),
)
