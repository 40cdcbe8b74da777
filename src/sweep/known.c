/* A table without chains: a place has one bucket, and the newest takes it. */
#include "sweep/known.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"

static const char REFUSED[] = "the port refused, as another name of its address was told in this scan";
static const char SILENT[] = "the port was silent, as under another name of its address in this scan";

struct place {
    struct address address;
    uint32_t port; /* endpoint_port(); 0: none */
    bool refused;
};

struct known {
    pthread_mutex_t lock;
    uint64_t key0, key1;
    struct place at[KNOWN_MAX];
};

struct known *known_new(uint64_t seed, struct error *e)
{
    struct known *k = calloc(1, sizeof(*k));
    struct random r = { seed };
    if (!k) {
        error_set(e, "no memory for the names of one address");
        return NULL;
    }
    pthread_mutex_init(&k->lock, NULL);
    k->key0 = random_next(&r);
    k->key1 = random_next(&r);
    return k;
}

void known_free(struct known *k)
{
    if (k)
        pthread_mutex_destroy(&k->lock);
    free(k);
}

static struct place *bucket(struct known *k, const struct endpoint *e)
{
    uint8_t key[sizeof(e->address.bytes) + 4] = { e->address.family, (uint8_t)(e->port >> 8), (uint8_t)e->port,
                                                  e->transport };
    memcpy(key + 4, e->address.bytes, sizeof(e->address.bytes));
    return &k->at[siphash(k->key0, k->key1, span_of(key, sizeof(key))) % KNOWN_MAX];
}

void known_note(struct known *k, const struct visit *v)
{
    if (!k || v->end != END_DONE || v->answered)
        return;
    pthread_mutex_lock(&k->lock);
    *bucket(k, &v->endpoint) = (struct place){ v->endpoint.address, endpoint_port(&v->endpoint), v->refused };
    pthread_mutex_unlock(&k->lock);
}

bool known_find(void *self, const struct endpoint *e, const char **ret_why)
{
    struct known *k = self;
    if (!k)
        return false;
    pthread_mutex_lock(&k->lock);
    const struct place *p = bucket(k, e);
    bool found = p->port == endpoint_port(e) && p->port && address_compare(&p->address, &e->address) == 0;
    if (found)
        *ret_why = p->refused ? REFUSED : SILENT;
    pthread_mutex_unlock(&k->lock);
    return found;
}

bool known_fill(const char *why, struct visit *v)
{
    if (why != REFUSED && why != SILENT)
        return false;
    v->end = END_DONE;
    v->refused = why == REFUSED;
    v->why = why;
    return true;
}
