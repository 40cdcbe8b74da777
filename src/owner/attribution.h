/* Whose a door is, from what a visit holds: tags of the scope file, the name that was asked for, the
 * names of the certificate, reverse names, provider names, an address registry (doc/owners.md).
 *
 * Pure: what somebody's file or the network said is a fact of the observation, so that a stored
 * visit is attributed again by today's tables. A name of a provider says where something is hosted,
 * never whose it is. All names are foreign text. */
#ifndef AJAR_OWNER_ATTRIBUTION_H
#define AJAR_OWNER_ATTRIBUTION_H

#include "base/error.h"
#include "base/list.h"
#include "base/table.h"
#include "record/record.h"

enum {
    OWNERS_MAX = 8,        /* that one finding lists */
    OWNER_BYTES_MAX = 200, /* of one of them */
    DOMAIN_BYTES_MAX = 253,
    CERT_NAMES_LOOKED_AT_MAX = 200,
    CERT_DOMAINS_LISTED_MAX = 3, /* more than so many in one certificate: none of them says much */
};

#define PROVIDERS_COLUMNS "suffix,provider"
#define DOMAINS_COLUMNS "kind,name"

struct attribution_tables {
    struct arena *arena;
    struct table providers;               /* suffix -> const char * */
    struct table shelves, seconds, inside, nobody; /* sets: data/domains.csv */
};

/* The tables of Ajar's data directory, into the arena. Without their files names are traced to nobody, which is no
 * error; NULL and one where a file cannot be read. */
struct attribution_tables *attribution_load(struct arena *a, const char *dir, struct error *e);
void attribution_init(struct attribution_tables *t, struct arena *a, uint64_t seed);
/* `text` must live as long as the tables. */
bool attribution_load_providers(struct attribution_tables *t, const char *path, struct span text,
                                struct error *e);
bool attribution_load_domains(struct attribution_tables *t, const char *path, struct span text,
                              struct error *e);

/* Where the owner of a name stands: "b.example.com.cn" -> "example.com.cn". `name` in any letter
 * case, with or without a leading "*." or a last dot. False where it is no DNS name with an owner:
 * an address, one label, a shelf itself, a reserved or customary inside name. */
bool domain_of(const struct attribution_tables *t, struct span name,
               uint8_t scratch[static DOMAIN_BYTES_MAX], struct span *ret);
/* The provider that hands out such names, or NULL. */
const char *provider_of(const struct attribution_tables *t, struct span name);
/* The values of one attribute of a distinguished name in RFC 2253 form ("O", "CN"): the first one,
 * unescaped, into the arena; empty where there is none. */
struct span dn_value(struct span dn, const char *attribute, struct arena *a);

/* Fills owner, tier, contact and owners of a finding that speaks of observation `o`. `t` may be
 * NULL: then names are not traced to a domain or a provider. False where the arena is full. */
bool attribute(const struct attribution_tables *t, const struct visit *v,
               const struct observation *o, struct arena *a, struct finding *f);

#endif
