"""HSQLDB as it comes, with a password, and with a database that must be known by its name."""

from model import PASSWORD, Spec, View

from ..cache import CACHE

JARS = f"{CACHE}/hsqldb-2.7/*"
CLIENT = f"java -Xmx64m -cp '{JARS}' org.hsqldb.cmdline.SqlTool --autoCommit --inlineRc=url=jdbc:hsqldb:hsql://$A:$P/,user=SA,password= --sql"


def hsqldb(name, verdict, database="", seed="", truth=None, **others):
    return Spec(f"hsqldb-2.7:{name}", f"java -Xmx96m -cp '{JARS}' org.hsqldb.server.Server --database.0 mem:zoo {database}--address $A --port $P",
                seed=f'{CLIENT} "{seed}"' if seed else "", slow=True, port=9001, truth=lambda box: truth or {},
                views=(View("hsqldb", verdict, **others),))


TABLES = "CREATE TABLE people (id INT); INSERT INTO people VALUES (1), (2), (3); CREATE TABLE orders (id INT);"
SPECS = (hsqldb("open", "open", seed=TABLES, sees=("collections", "records"), truth={"collections": 2, "records": 3}, facts={"user": "SA"}, rules=("open-store",)),
         hsqldb("password", "locked", seed=f"ALTER USER SA SET PASSWORD '{PASSWORD}';"),
         hsqldb("named", "unclear", database="--dbname.0 zoo "))
