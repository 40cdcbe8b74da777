"""Derby's network server 10.14 and 10.16: named, since a database must be known by its name."""

from model import Spec, View

from ..cache import CACHE


def derby(directory, number, **others):
    return Spec(f"derby-{directory}:network", f"java -Xmx96m -Dderby.system.home=$D -cp '{CACHE}/derby-{directory}/*' "
                "org.apache.derby.drda.NetworkServerControl start -h $A -p $P -noSecurityManager", slow=True,
                truth=lambda box: {"version": number}, views=(View("derby", "identified", sees=("version",)),), **others)


SPECS = (derby("10.14", "10.14.2.0", port=1527), derby("10.16", "10.16.1.1"))
