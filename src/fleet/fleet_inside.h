/* What the files of fleets share: deployments as sets of traits. The room's own header.
 *
 * A trait is one thing that deployments can have in common. Traits that answer the same question
 * (the version of redis; the title of a page) share a slot: two deployments that both answer it and
 * answer differently contradict each other, while one that does not answer says nothing. */
#ifndef AJAR_FLEET_FLEET_INSIDE_H
#define AJAR_FLEET_FLEET_INSIDE_H

#include "fleet/fleet.h"
#include "record/services.h"

enum trait_kind {
    TRAIT_PRODUCT,
    TRAIT_KEY,     /* a certificate's key */
    TRAIT_SUBJECT, /* whom a certificate is for */
    TRAIT_NAMES,   /* one pattern of collection names */
    TRAIT_CLUSTER, /* its name */
    TRAIT_UUID,    /* the cluster itself */
    TRAIT_HEADER,  /* a header, title or other text that an administrator may set */
    TRAIT_PORT,    /* a product at a port */
    TRAIT_VERSION,
    TRAIT_DRESS, /* a product inside TLS, or not */
    TRAIT_KINDS
};

/* How much a value says by itself, before the scan is looked at. */
enum trait_class {
    CLASS_OWN,    /* chosen by whoever set it up */
    CLASS_USUAL,  /* a word that many choose */
    CLASS_STOCK,  /* what the product, or half the world, has unless it is changed */
    CLASS_SHARED, /* a wildcard certificate: made to be shared */
};

enum {
    TRAITS_PER_DEPLOYMENT_MAX = 48,
    NAMES_PER_DEPLOYMENT_MAX = 24,
    TRAIT_TEXT_MAX = 96,
    NO_INDEX = UINT32_MAX,
};

/* A trait on its way from an observation into a deployment. */
struct trait_seen {
    enum trait_kind kind;
    enum trait_class class;
    uint16_t port;         /* TRAIT_PORT */
    struct span slot, text; /* the question and the answer */
};

struct trait {
    uint64_t hash, slot_hash;
    uint32_t text;    /* where in the texts; NO_INDEX until a second deployment has it */
    uint32_t holders; /* deployments */
    uint32_t slot;    /* dense number, set when all is seen */
    float weight;     /* nats that an agreement is worth */
    uint16_t port;
    uint8_t kind, class, text_len;
    uint16_t spread; /* designs that have it at least, told by keys and cluster names alone */
    uint8_t settled; /* TRAIT_KEY: the key of a design, not of one host */
};

struct deployment {
    struct address address;
    uint32_t port;     /* of its door, as endpoint_port() */
    uint8_t door_rank; /* the higher, the more it is the door */
    uint8_t outcome;
    uint8_t trait_count, name_count;
    int8_t severity;    /* of its worst finding; -1 = none */
    uint32_t traits;    /* chain of links, then the first of its sorted numbers */
    uint32_t product, version; /* traits of the door, or NO_INDEX */
    uint32_t name, name_len;   /* of the door's endpoint, in the texts */
    int64_t records[2], bytes[2]; /* seen directly, seen through a dashboard */
    uint8_t worst[16];
};

struct trait_link {
    uint32_t trait, next;
};

#define POOL_OF(type)                                                                              \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t len, cap;                                                                           \
    }

struct index {
    uint32_t *slots; /* number + 1; 0 = free */
    size_t cap;      /* a power of two */
};

struct fleets {
    uint64_t key0, key1;
    size_t bytes, left_out;
    bool failed; /* memory ran out while it was grouped */
    uint64_t comparisons;
    POOL_OF(struct deployment) deployments;
    POOL_OF(struct trait) traits;
    POOL_OF(struct trait_link) links;
    POOL_OF(uint8_t) texts;
    struct index by_address, by_trait;
    struct arena seen_arena;
    struct services seen; /* whose records are in the sums; beyond SEEN_BYTES_MAX more names count again */
    size_t slot_count;

    /* After fleets_order(): the traits of each deployment as ascending numbers, traits of one slot
     * next to each other, slots of one kind too. */
    uint32_t *numbers;
    /* After grouping: deployments, group by group; group i is members[starts[i]..starts[i + 1]). */
    uint32_t *members, *starts;
    size_t group_count;
    uint32_t *listed; /* the group of each fleet of the list */
    size_t listed_count;
};

/* fleet_trait.c: what an observation tells. `each` gets at most a few hundred traits. */
void traits_of(const struct observation *o, uint16_t port,
               void (*each)(void *self, const struct trait_seen *t), void *self);
/* Writes the pattern of a collection's name: digits, dates and hexadecimal runs become '#'.
 * Returns its length, at most TRAIT_TEXT_MAX. */
size_t name_pattern(struct span name, char ret[static TRAIT_TEXT_MAX]);

/* fleet.c: a growing array inside the budget; false and left as it is where that is spent. */
bool fleets_grow(struct fleets *f, void **at, size_t *cap, size_t need, size_t size);
void *fleets_alloc(struct fleets *f, size_t count, size_t size);
void fleets_release(struct fleets *f, void *at, size_t count, size_t size);

/* fleet_alike.c: how alike two deployments are, in nats: the logarithm of how much more likely what
 * is seen is if one hand set both up. */
struct alike {
    float total;      /* LIKE_VETO where they cannot be */
    float individual; /* of it, what is not stock: a fleet needs some */
};
static const float LIKE_VETO = -12, LIKE_MIN = 3.5F, INDIVIDUAL_MIN = 2.5F;
struct alike alike_of(const struct fleets *f, const struct deployment *a, const struct deployment *b);
static inline bool is_alike(struct alike l)
{
    return l.total >= LIKE_MIN && l.individual >= INDIVIDUAL_MIN;
}
/* Likeness as a share, 0..1. */
double alike_score(float total);
/* Weighs the traits. `group` gives the group of each deployment, NO_INDEX for none (then it is a
 * design of its own), or is NULL: nothing is known of groups yet. */
bool alike_weigh(struct fleets *f, const uint32_t *group, size_t groups);

/* fleet_group.c: fills members and starts. */
bool fleets_group(struct fleets *f);
/* fleet_tell.c: groups as findings. */
bool fleets_tell(struct fleets *f, struct arena *a, struct fleet_list *ret);

#endif
