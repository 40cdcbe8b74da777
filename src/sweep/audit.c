#include "sweep/audit.h"

#include "tls/audit.h"

static const struct observation *service_of(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (!v->observations.at[i].via && v->observations.at[i].kind != KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}

static struct observation *certificate_of(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}

/* The way into TLS of the protocol that states the product; NULL where it has none. */
static tls_upgrade_fn *upgrade_of(const struct ladder *l, const char *product)
{
    for (size_t i = 0; i < l->probe_count; i++)
        for (size_t k = 0; l->probes[i]->products[k]; k++)
            if (l->probes[i]->upgrade && strcmp(l->probes[i]->products[k], product) == 0)
                return l->probes[i]->upgrade;
    return NULL;
}

void audit_visit(const struct ladder *l, bool dressed, struct wire *w, struct visit *v)
{
    const struct observation *service = service_of(v);
    bool plain = service && !dressed && service->kind != KIND_UNKNOWN;
    bool seen = certificate_of(v) != NULL;
    tls_upgrade_fn *upgrade = plain ? upgrade_of(l, service->product) : NULL;
    if (!v->answered || (plain && !upgrade && !seen && !tls_speaks(w)))
        return;
    bool audited = tls_audit(w, upgrade, l->trust, v);
    struct observation *certificate = certificate_of(v);
    if (audited && certificate && plain)
        fact_bool(certificate, upgrade ? "tls.inside" : "tls.beside_plain", true, NULL, SPAN_NONE);
}
