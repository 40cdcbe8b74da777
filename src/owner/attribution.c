/* Statements about an owner are gathered from the facts of a visit, then sorted: proven, likely,
 * hint, and within one strength in the order in which they are gathered here. */
#include "owner/attribution.h"

#include <stdio.h>

#include "base/buf.h"

enum { CERT_VALUE_MIN = 2 };

struct gathering {
    const struct attribution_tables *tables;
    struct arena *arena;
    struct attribution at[OWNERS_MAX];
    size_t len;
    bool full; /* the arena is */
};

static struct span cut(struct span s)
{
    size_t n = s.len < OWNER_BYTES_MAX ? s.len : OWNER_BYTES_MAX;
    while (n < s.len && n > 0 && (s.at[n] & 0xc0) == 0x80)
        n--;
    return span_trim(span_first(s, n));
}

/* `who` is copied. The same statement from the same source counts once, at its strongest. */
static void add(struct gathering *g, const char *how, struct span who, enum strength strength)
{
    who = cut(who);
    if (who.len == 0)
        return;
    for (size_t i = 0; i < g->len; i++)
        if (strcmp(g->at[i].how, how) == 0 && span_eq_nocase(g->at[i].who, who)) {
            if (g->at[i].strength < strength)
                g->at[i].strength = strength;
            return;
        }
    if (g->len == OWNERS_MAX)
        return;
    struct span kept = arena_copy(g->arena, who);
    if (kept.len != who.len) {
        g->full = true;
        return;
    }
    g->at[g->len++] = (struct attribution){ how, kept, strength };
}

/* A DNS name: its domain as an owner, or its provider as the place where it is hosted. */
static void add_name(struct gathering *g, const char *how, struct span name, enum strength strength)
{
    uint8_t scratch[DOMAIN_BYTES_MAX];
    struct span domain;
    const char *provider = provider_of(g->tables, name);
    if (provider)
        add(g, "provider", span_str(provider), strength > STRENGTH_LIKELY ? STRENGTH_LIKELY : strength);
    else if (domain_of(g->tables, name, scratch, &domain))
        add(g, how, domain, strength);
}

/* ---- the scope file ---- */

static void from_scope(struct gathering *g, const struct observation *o)
{
    struct span tag = fact_get_text(o, "tag.owner");
    add(g, "scope file", tag.len ? tag : fact_get_text(o, "scope.owner"), STRENGTH_PROVEN);
}

/* ---- certificates ---- */

static bool says_nothing(const struct attribution_tables *t, struct span value)
{
    uint8_t lower[OWNER_BYTES_MAX];
    if (value.len < CERT_VALUE_MIN || value.len > sizeof(lower))
        return true;
    bool letters = false;
    for (size_t i = 0; i < value.len; i++) {
        lower[i] = ascii_lower(value.at[i]);
        letters |= (lower[i] >= 'a' && lower[i] <= 'z') || lower[i] >= 0x80;
    }
    return !letters || (t && table_get(&t->nobody, span_of(lower, value.len)));
}

static void add_organisation(struct gathering *g, struct span subject, enum strength strength)
{
    struct span o = dn_value(subject, "O", g->arena), unit = dn_value(subject, "OU", g->arena);
    bool has_o = !says_nothing(g->tables, o), has_unit = !says_nothing(g->tables, unit);
    char both[2 * OWNER_BYTES_MAX + 4];
    if (!has_o || !has_unit) {
        add(g, "certificate names", has_o ? o : has_unit ? unit : SPAN_NONE, strength);
        return;
    }
    int n = snprintf(both, sizeof(both), "%.*s, %.*s", SPAN_FMT(o), SPAN_FMT(unit));
    if (n > 0)
        add(g, "certificate names", span_of(both, (size_t)n), strength);
}

/* The domains that one certificate names; beyond CERT_DOMAINS_LISTED_MAX only their number. */
struct domains {
    uint8_t text[CERT_DOMAINS_LISTED_MAX + 1][DOMAIN_BYTES_MAX];
    struct span at[CERT_DOMAINS_LISTED_MAX + 1];
    size_t len;
};

static void take_domain_of(struct gathering *g, struct domains *d, struct span name)
{
    struct span domain;
    if (d->len > CERT_DOMAINS_LISTED_MAX || provider_of(g->tables, name) ||
        !domain_of(g->tables, name, d->text[d->len], &domain))
        return;
    for (size_t i = 0; i < d->len; i++)
        if (span_eq(d->at[i], domain))
            return;
    d->at[d->len++] = domain;
}

/* A certificate that others signed was at least asked for by somebody; its own signature, or names
 * of many owners at once, say little. Whether those others can be trusted is not checked. */
static void from_certificate(struct gathering *g, const struct observation *c)
{
    struct domains d = { .len = 0 };
    const struct fact *own = fact_get(c, "cert.self_signed");
    struct span subject = fact_get_text(c, "cert.subject"), names = fact_get_text(c, "cert.names");
    struct span cn = dn_value(subject, "CN", g->arena);
    enum strength strength = own && own->type == FACT_BOOL && !own->number ? STRENGTH_LIKELY : STRENGTH_HINT;
    add_organisation(g, subject, strength);
    struct span rest = names;
    take_domain_of(g, &d, cn);
    for (size_t i = 0; i < CERT_NAMES_LOOKED_AT_MAX && rest.len; i++)
        take_domain_of(g, &d, span_cut(&rest, ','));
    if (d.len > CERT_DOMAINS_LISTED_MAX)
        strength = STRENGTH_HINT;
    for (size_t i = 0; i < d.len && i < CERT_DOMAINS_LISTED_MAX; i++)
        add(g, "certificate names", d.at[i], strength);
    const char *provider = provider_of(g->tables, cn);
    for (size_t i = 0; i < CERT_NAMES_LOOKED_AT_MAX && names.len && !provider; i++)
        provider = provider_of(g->tables, span_cut(&names, ','));
    add(g, "provider", span_str(provider), strength);
}

/* ---- names of the address ---- */

static void from_names(struct gathering *g, const struct visit *v, const struct observation *o)
{
    const struct fact *confirmed = fact_get(o, "reverse.confirmed");
    bool is_confirmed = confirmed && confirmed->type == FACT_BOOL && confirmed->number;
    add_name(g, "name asked for", span_str(v->endpoint.name), STRENGTH_LIKELY);
    add_name(g, "names file", fact_get_text(o, "given.name"), STRENGTH_LIKELY);
    add_name(g, "reverse name", fact_get_text(o, "reverse.name"),
             is_confirmed ? STRENGTH_LIKELY : STRENGTH_HINT);
}

/* "CHINANET-BACKBONE (AS4134, CN)". */
static void from_registry(struct gathering *g, const struct observation *o)
{
    char text[OWNER_BYTES_MAX + 64], asn[24] = "";
    struct span who = cut(fact_get_text(o, "registry.organisation"));
    struct span country = span_first(fact_get_text(o, "registry.country"), 8);
    const struct fact *number = fact_get(o, "registry.asn");
    if (number && number->type == FACT_NUMBER && number->number > 0)
        snprintf(asn, sizeof(asn), "AS%lld", (long long)number->number);
    if (who.len == 0 && asn[0] == '\0') {
        add(g, "address registry", country, STRENGTH_HINT);
        return;
    }
    bool has_more = who.len && (asn[0] || country.len);
    int n = snprintf(text, sizeof(text), "%.*s%s%s%s%.*s%s", SPAN_FMT(who), has_more ? " (" : "", asn,
                     asn[0] && country.len ? ", " : "", SPAN_FMT(country), has_more ? ")" : "");
    if (n > 0)
        add(g, "address registry", span_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1),
            STRENGTH_HINT);
}

/* ---- all of them ---- */

static bool keep(struct gathering *g, struct finding *f)
{
    f->owners.len = f->owners.cap = 0;
    f->owners.at = g->len ? arena_array(g->arena, g->len, sizeof(*f->owners.at)) : NULL;
    if (g->full || (g->len && !f->owners.at))
        return false;
    f->owners.cap = g->len;
    for (int s = STRENGTH_PROVEN; s >= STRENGTH_HINT; s--)
        for (size_t i = 0; i < g->len; i++)
            if ((int)g->at[i].strength == s)
                f->owners.at[f->owners.len++] = g->at[i];
    return true;
}

/* "env=prod, team=crm": the tags that mean nothing to Ajar. */
static struct span further_tags(const struct observation *o, struct arena *a)
{
    struct buf text;
    buf_init(&text, FACT_TEXT_MAX);
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        if (strncmp(f->key, "tag.", 4) != 0 || strcmp(f->key, "tag.owner") == 0 || strcmp(f->key, "tag.tier") == 0 ||
            strcmp(f->key, "tag.contact") == 0)
            continue;
        buf_str(&text, text.len ? ", " : "");
        buf_str(&text, f->key + 4);
        buf_byte(&text, '=');
        buf_put(&text, f->text);
    }
    struct span kept = buf_ok(&text) && text.len ? arena_copy(a, buf_span(&text)) : SPAN_NONE;
    buf_release(&text);
    return kept;
}

bool attribute(const struct attribution_tables *t, const struct visit *v,
               const struct observation *o, struct arena *a, struct finding *f)
{
    struct gathering g = { .tables = t, .arena = a };
    f->owner = fact_get_text(o, "tag.owner");
    f->tier = fact_get_text(o, "tag.tier");
    f->contact = fact_get_text(o, "tag.contact");
    f->tags = further_tags(o, a);
    from_scope(&g, o);
    from_names(&g, v, o);
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            from_certificate(&g, &v->observations.at[i]);
    from_registry(&g, o);
    return keep(&g, f);
}
