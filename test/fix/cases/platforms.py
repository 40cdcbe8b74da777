"""What builders share, of the wide zoo: Verdaccio."""

from from_zoo import BY_NAME, console, page, spec_of

# By name and password; and nobody makes an account for himself.
REGISTER = page(4873, "/-/user/org.couchdb.user:eve", "-X PUT -H 'Content-Type: application/json' -d '{\"name\": \"eve\", \"password\": \"her-own-1\"}'", "https")
VERDACCIO = f"{REGISTER} >/dev/null 2>&1 || true; ! grep -q ^eve: /etc/verdaccio/htpasswd || exit 1; {page(4873, '/shop-core', BY_NAME, 'https')}"

CASES = (
    # A stranger is still shown its page, and an empty list.
    console("open-store", "verdaccio", spec_of("verdaccio:open", rename={"config.yaml": "/etc/verdaccio/config.yaml"}), 4873, "/shop-core", "shop-core",
            says="unclear", place="/var/lib/verdaccio", needs="chown -R zoo /etc/verdaccio", after=VERDACCIO),
)
