"""Three networks on one machine: `internet` and `cloud` see each other, `cloud` and `private` do, and nobody passes on.

    internet 11.22.44.1 --- 11.22.44.2 cloud (11.22.33.0/27) 10.66.0.1 --- 10.66.0.2..15 private

They live in mount, pid and network namespaces of the program's own, which needs root or user namespaces. When the program
ends, however it ends, the kernel ends every process inside and takes the networks away.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile

INSIDE = "AJAR_STAGE"
DIRECTORY = "AJAR_STAGE_DIRECTORY"
PR_SET_PDEATHSIG = 1
NAMES = ("internet", "cloud", "private")


class StageError(Exception):
    pass


def missing_tools():
    return [tool for tool in ("unshare", "nsenter", "ip", "openssl") if not shutil.which(tool)]


def _unshare():
    """The command that makes the namespaces, with as few rights as will do; StageError where the machine allows none,
    with what it said."""
    plain = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    users = plain[:1] + ["--user", "--map-root-user"] + plain[1:]
    trial = ["sh", "-c", "mount -t tmpfs none /run && ip netns add trial"]
    said = []
    for command in ([plain, users] if os.geteuid() == 0 else [users]):
        done = subprocess.run(command + trial, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return command
        said += done.stderr.strip().splitlines()[-1:]
    raise StageError("this machine lets nobody make network namespaces: " + ("; ".join(said) or "it takes root or user namespaces"))


def inside(main):
    """Runs main(directory) within the namespaces and returns its status. The directory is new, and gone afterwards.

    The program is started again inside; what is here only waits, hands signals on and cleans up."""
    if os.environ.get(INSIDE):
        return main(os.environ[DIRECTORY])
    absent = missing_tools()
    if absent:
        raise StageError(f"not installed: {' '.join(absent)}")
    command = _unshare()
    directory = tempfile.mkdtemp(prefix="ajar-stage-")
    os.chmod(directory, 0o755)
    environment = dict(os.environ, **{INSIDE: "1", DIRECTORY: directory, "PYTHONDONTWRITEBYTECODE": "1"})
    libc = ctypes.CDLL(None)
    child = subprocess.Popen([*command, sys.executable, *sys.argv], env=environment,
                             preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    ended = []

    def stop(number, _):
        ended.append(number)
        child.kill()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    try:
        status = child.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 128 + ended[0] if ended else status


def ip(*words):
    done = subprocess.run(["ip", *" ".join(words).split()], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StageError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def build(public_net, private_addresses):
    """Makes the three networks. The internet has a way to everywhere, by the cloud; the cloud passes nothing on."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    for name in NAMES:
        ip("netns add", name)
        ip("-n", name, "link set lo up")
    ip("-n internet link add wan type veth peer name net netns cloud")
    ip("-n cloud link add lan type veth peer name lan netns private")
    ip("-n internet addr add 11.22.44.1/30 dev wan")
    ip("-n cloud addr add 11.22.44.2/30 dev net")
    ip("-n cloud addr add 10.66.0.1/24 dev lan")
    for address in private_addresses:
        ip("-n private addr add", f"{address}/24", "dev lan")
    for name, link in (("internet", "wan"), ("cloud", "net"), ("cloud", "lan"), ("private", "lan")):
        ip("-n", name, "link set", link, "up")
    ip("-n internet route add default via 11.22.44.2")
    ip("-n cloud route add local", public_net, "dev lo")
    ip("-n cloud rule add pref 100 iif net blackhole")


def within(name, command):
    """The command that runs in one of the networks."""
    return ["nsenter", f"--net=/run/netns/{name}", "--", *command]
