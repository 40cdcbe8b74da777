#include "sweep/audit.h"

#include "tls/audit.h"
#include "tls/tls.h"

static const struct observation *service_of(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (!v->observations.at[i].via && v->observations.at[i].kind != KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}

static bool states(const struct probe *p, const char *product)
{
    for (size_t i = 0; p->products[i]; i++)
        if (strcmp(p->products[i], product) == 0)
            return true;
    return false;
}

/* The way into TLS of the protocol that states the product, as IMAP's and POP3's both state Dovecot: the first that the
 * server goes. NULL where there is none. */
static tls_upgrade_fn *find_upgrade(const struct ladder *l, const char *product, struct wire *w)
{
    for (size_t i = 0; i < l->probe_count; i++)
        if (l->probes[i]->upgrade && states(l->probes[i], product) && wire_again(w, WIRE_PLAIN) &&
            l->probes[i]->upgrade(w))
            return l->probes[i]->upgrade;
    return NULL;
}

void audit_visit(const struct ladder *l, bool dressed, struct wire *w, struct visit *v)
{
    const struct observation *service = service_of(v);
    bool plain = service && !dressed && service->kind != KIND_UNKNOWN;
    bool seen = tls_certificate(v) != NULL;
    tls_upgrade_fn *upgrade = plain ? find_upgrade(l, service->product, w) : NULL;
    if (!v->answered || (plain && !upgrade && !seen && !tls_speaks(w)))
        return;
    bool audited = tls_audit(w, upgrade, l->trust, v);
    struct observation *certificate = tls_certificate(v);
    if (audited && certificate && plain)
        fact_bool(certificate, upgrade ? "tls.inside" : "tls.beside_plain", true, NULL, SPAN_NONE);
}
