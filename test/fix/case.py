"""What a case of the test of fixes says about one server."""

from dataclasses import dataclass

# The word that every fix has in the place of a password.
PASSWORD = "A-LONG-PASSWORD"

# Where the server stands, and where Ajar and the stranger look from: inside a private network, or, for a fix that keeps
# private networks in, outside of it.
SERVER, OUTSIDE = "10.77.0.2", "10.77.0.1"
PUBLIC, PUBLIC_OUTSIDE = "11.22.33.44", "11.22.33.1"


@dataclass(frozen=True)
class Step:
    """One finding whose fix is pasted."""

    rule: str
    product: str
    says: str  # what Ajar says afterwards from the other address: a verdict, or "closed"
    owner: str  # how the owner gets in afterwards; a shell line of root on the machine, prints what `holds` says
    port: int = 0  # where the finding is, if not at the first port of the case
    then_port: int = 0  # where it must be found afterwards, if elsewhere
    of_certificate: bool = False  # the finding is about the certificate of that product
    before: str = ""  # what the owner has in the shell into which the text is pasted
    behind: str = ""  # what the text leaves to the owner, done behind it
    stays: bool = False  # a finding about a version, which no change of the configuration ends
    down: bool = False  # nothing listens there afterwards: the text switches it off, or moves it
    needs: str = ""  # what the text asks for before (a certificate): a shell line
    severity: str = ""  # what the finding must have been


@dataclass(frozen=True)
class Case:
    """One server as Debian, or its maker, installs it, left open."""

    name: str
    units: tuple  # started in this order
    ports: tuple
    open: str  # shell: what its owner did to the configuration, before the start
    seed: str  # shell: the data, after the start
    holds: str  # what the owner finds in it
    owner: str  # shell: how the owner gets in before
    stranger: str = ""  # shell: how anybody gets in, from the other address; works before and must not work afterwards
    steps: tuple = ()
    ready: str = ""  # shell: exits 0 once it serves; the ports accept in any case
    scan: str = ""  # what else Ajar is told
    udp: bool = False  # the ports are of UDP; `ready` and the owner say whether it serves
    address: str = SERVER  # or PUBLIC
    volatile: str = ""  # a restart empties it, as its text must say: what the owner finds then
    needs: tuple = ()  # files of this machine without which the case is skipped
    wide: bool = False  # played by `--wide` only: what Debian lacks, and what takes long
