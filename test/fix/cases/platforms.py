"""What builders share, of the wide zoo: Verdaccio, Prefect."""

from case import PASSWORD, SERVER
from from_zoo import BY_NAME, console, page, spec_of
from wide.cache import CACHE

# By name and password; and nobody makes an account for himself.
REGISTER = page(4873, "/-/user/org.couchdb.user:eve", "-X PUT -H 'Content-Type: application/json' -d '{\"name\": \"eve\", \"password\": \"her-own-1\"}'", "https")
VERDACCIO = f"{REGISTER} >/dev/null 2>&1 || true; ! grep -q ^eve: /etc/verdaccio/htpasswd || exit 1; {page(4873, '/shop-core', BY_NAME, 'https')}"
# By its own client, which takes the login from the address.
PREFECT = (f"SSL_CERT_FILE=/run/certs/ca.pem PREFECT_API_URL='https://an-own-name:{PASSWORD}@{SERVER}:4200/api' PYTHONPATH={CACHE}/prefect-3"
           " /usr/bin/python3 -c 'from prefect.cli import app; app()' flow ls")

CASES = (
    # A stranger is still shown its page, and an empty list.
    console("open-store", "verdaccio", spec_of("verdaccio:open", rename={"config.yaml": "/etc/verdaccio/config.yaml"}), 4873, "/shop-core", "shop-core",
            says="unclear", place="/var/lib/verdaccio", needs="chown -R zoo /etc/verdaccio", after=VERDACCIO),
    console("open-dashboard", "prefect", "prefect:open", 4200, "/api/flows/filter", "ada", ask="-X POST -H 'Content-Type: application/json' -d '{}'",
            after=PREFECT),
)
