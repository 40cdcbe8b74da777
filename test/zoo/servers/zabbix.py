"""The agent of Zabbix: its only lock is a list of addresses."""

from model import Spec, View, number

CONFIG = "LogType=console\nListenIP=$A\nListenPort=$P\nStartAgents=1\nServer=127.0.0.0/8,192.168.77.0/24\nPidFile=$D/pid\nHostname=zoo\n"

SPECS = (Spec("zabbix:open", "zabbix_agentd -f -c $D/z.conf", files={"z.conf": CONFIG}, port=10050,
              truth=lambda box: {"version": number(box.sh("zabbix_agentd -V"))},
              views=(View("zabbix-agent", "open", sees=("version",)),)),)
