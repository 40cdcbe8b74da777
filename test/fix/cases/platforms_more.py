"""More platforms of the wide zoo: stand-ins for clouds, builders of flows."""

from wide.servers.platforms import ANY_KEY

from case import SERVER
from from_zoo import console, page

# Any key opens it, and what is in it is in memory.
BUCKETS = f'-H "Authorization: {ANY_KEY}"'
AGAIN = f"curl -sSf -m 20 --retry 200 --retry-delay 1 --retry-connrefused -X PUT {BUCKETS} http://127.0.0.1:4566/ada"
LOCALSTACK = console("open-store", "localstack", "localstack:open", 4566, "/", "<Name>ada</Name>", says="closed", ask=BUCKETS, down=True,
                     after=page(4566, "/", BUCKETS, "http", "127.0.0.1"), behind=AGAIN, volatile="<Buckets", units=())

CASES = (LOCALSTACK,)
