/* A hash table without chains: an address lies in one of WAYS places, and one that is not put off may be driven out. */
#include "sweep/silent.h"

#include <stdlib.h>

#include "base/random.h"

enum { WAYS = 8 };

struct silent {
    struct address address; /* family 0: free */
    uint8_t ports;          /* without an answer */
    bool answered;
    uint64_t from_place; /* UINT64_MAX: not put off */
};

struct silents {
    uint64_t key0, key1;
    size_t sets;
    bool any, frozen;
    struct silent at[];
};

struct silents *silents_new(size_t addresses_max, uint64_t seed, struct error *e)
{
    size_t sets = 1;
    struct random r = { seed };
    while (sets * WAYS < addresses_max)
        sets *= 2;
    struct silents *s = calloc(1, sizeof(*s) + sets * WAYS * sizeof(s->at[0]));
    if (!s) {
        error_set(e, "no memory for %zu addresses that may be silent", addresses_max);
        return NULL;
    }
    s->key0 = random_next(&r);
    s->key1 = random_next(&r);
    s->sets = sets;
    return s;
}

void silents_free(struct silents *s)
{
    free(s);
}

static size_t set_of(const struct silents *s, const struct address *a)
{
    return siphash(s->key0, s->key1, span_of(a, sizeof(*a))) % s->sets * WAYS;
}

static bool is_free(const struct silent *x)
{
    return x->address.family == 0;
}

static bool is_off(const struct silent *x)
{
    return !is_free(x) && x->from_place != UINT64_MAX;
}

/* The entry, else the one that may best be driven out: a free one, one that answered, the one with the fewest ports.
 * NULL where all are put off. */
static struct silent *find(struct silents *s, const struct address *a)
{
    struct silent *set = &s->at[set_of(s, a)], *best = NULL;
    for (struct silent *x = set; x < set + WAYS; x++) {
        if (address_compare(&x->address, a) == 0)
            return x;
        if (is_off(x) || (best && is_free(best)))
            continue;
        if (!best || is_free(x) || x->answered > best->answered || x->ports < best->ports)
            best = x;
    }
    return best;
}

bool silents_note(struct silents *s, const struct address *a, bool answered, uint64_t from_place)
{
    struct silent *x = s->frozen ? NULL : find(s, a);
    if (!x || is_off(x))
        return false;
    if (address_compare(&x->address, a) != 0)
        *x = (struct silent){ .address = *a, .from_place = UINT64_MAX };
    x->answered |= answered;
    if (!answered && x->ports < SILENT_PORTS)
        x->ports++;
    if (x->answered || x->ports < SILENT_PORTS)
        return false;
    x->from_place = from_place;
    s->any = true;
    return true;
}

bool silents_has(const struct silents *s, const struct address *a, uint64_t place)
{
    const struct silent *set = &s->at[set_of(s, a)];
    if (!s->any)
        return false;
    for (const struct silent *x = set; x < set + WAYS; x++)
        if (address_compare(&x->address, a) == 0)
            return is_off(x) && x->from_place <= place;
    return false;
}

bool silents_any(const struct silents *s)
{
    return s->any;
}

bool silents_freeze(struct silents *s)
{
    s->frozen = true;
    return s->any;
}
