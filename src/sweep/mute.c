#include "sweep/mute.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { SETS = 1024, WAYS = 4, MUTES = SETS * WAYS, HOST_BITS = 256, TEXT_BYTES = 400 };

/* An address, or a network. */
struct mute {
    struct address key; /* family 0: free */
    uint32_t run;       /* mute ports, and nothing seen that speaks against it */
    uint32_t all;       /* mute ports since it was noticed */
    bool noticed;
    uint64_t hosts[HOST_BITS / 64]; /* of a network: which addresses were mute, by their last byte or a hash */
};

struct table {
    struct mute at[MUTES]; /* sets of WAYS */
};

struct mutes {
    pthread_mutex_t lock;
    uint64_t key0, key1;
    struct table addresses, networks;
};

struct mutes *mutes_new(uint64_t seed, struct error *e)
{
    struct mutes *m = calloc(1, sizeof(*m));
    struct random r = { seed };
    if (!m) {
        error_set(e, "no memory for what is known of middleboxes");
        return NULL;
    }
    pthread_mutex_init(&m->lock, NULL);
    m->key0 = random_next(&r);
    m->key1 = random_next(&r);
    return m;
}

void mutes_free(struct mutes *m)
{
    if (!m)
        return;
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static struct address network_of(const struct address *a)
{
    struct address net = { .family = a->family };
    memcpy(net.bytes, a->bytes, a->family == 4 ? 3 : 8);
    return net;
}

static uint64_t hash(const struct mutes *m, const struct address *a)
{
    return siphash(m->key0, m->key1, span_of(a, sizeof(*a)));
}

/* The entry, or NULL; with `make`, one in the place of that with the shortest run. */
static struct mute *find(struct mutes *m, struct table *t, const struct address *key, bool make)
{
    struct mute *set = &t->at[hash(m, key) % SETS * WAYS], *least = set;
    for (struct mute *at = set; at < set + WAYS; at++) {
        if (address_compare(&at->key, key) == 0)
            return at;
        if (at->noticed < least->noticed || (at->noticed == least->noticed && at->run < least->run))
            least = at;
    }
    if (!make)
        return NULL;
    *least = (struct mute){ .key = *key };
    return least;
}

static unsigned hosts_of(const struct mute *network)
{
    unsigned count = 0;
    for (size_t i = 0; i < HOST_BITS / 64; i++)
        count += (unsigned)__builtin_popcountll(network->hosts[i]);
    return count;
}

static void note_mute(struct mutes *m, const struct address *a, const struct address *net)
{
    struct mute *one = find(m, &m->addresses, a, true), *all = find(m, &m->networks, net, true);
    size_t bit = a->family == 4 ? a->bytes[3] : hash(m, a) % HOST_BITS;
    one->run++;
    one->noticed |= one->run >= MUTE_PORTS;
    one->all += one->noticed;
    all->run++;
    all->hosts[bit / 64] |= (uint64_t)1 << bit % 64;
    all->noticed |= hosts_of(all) >= MUTE_HOSTS;
    all->all += all->noticed;
}

/* What was noticed stays noticed as long as nobody refuses: loss alone looks like silence. */
static void note_against(struct mute *x, enum mute_seen seen)
{
    if (!x)
        return;
    if (seen == MUTE_SILENT) {
        x->run /= 2;
        return;
    }
    x->run = 0;
    x->noticed = false;
    memset(x->hosts, 0, sizeof(x->hosts));
}

void mutes_note(struct mutes *m, const struct address *a, enum mute_seen seen)
{
    struct address net = network_of(a);
    if (seen == MUTE_SPOKE)
        return; /* the one real server behind a box that answers for all */
    pthread_mutex_lock(&m->lock);
    if (seen == MUTE_SAID_NOTHING) {
        note_mute(m, a, &net);
    } else {
        note_against(find(m, &m->addresses, a, false), seen);
        note_against(find(m, &m->networks, &net, false), seen);
    }
    pthread_mutex_unlock(&m->lock);
}

bool mutes_brief(struct mutes *m, const struct address *a)
{
    struct address net = network_of(a);
    pthread_mutex_lock(&m->lock);
    const struct mute *one = find(m, &m->addresses, a, false), *all = find(m, &m->networks, &net, false);
    bool brief = (one && one->noticed) || (all && all->noticed);
    pthread_mutex_unlock(&m->lock);
    return brief;
}

/* ---- telling ------------------------------------------------------------------------------------ */

struct telling {
    void (*tell)(void *self, const struct remark *r);
    void *self;
    uint64_t told, others, ports_of_others;
};

static void tell_one(struct telling *t, const struct mute *x, bool is_network)
{
    char address[ADDRESS_TEXT_MAX], about[ADDRESS_TEXT_MAX + 8], text[TEXT_BYTES];
    if (t->told == MUTE_REMARKS) {
        t->others++;
        t->ports_of_others += x->all;
        return;
    }
    t->told++;
    const char *prefix = !is_network ? "" : x->key.family == 4 ? "/24" : "/64";
    snprintf(about, sizeof(about), "%s%s", address_text(&x->key, address), prefix);
    snprintf(text, sizeof(text),
             "accepts every connection%s and says nothing: something on the way (a SYN proxy, a tarpit) answers for "
             "it, so that an accepted connection is no service there; %u ports were asked as any other and waited for "
             "only briefly", is_network ? " at every address" : "", x->all);
    t->tell(t->self, &(struct remark){ .kind = REMARK_MIDDLEBOX, .about = span_str(about), .text = span_str(text),
                                       .count = x->all });
}

static void tell_rest(struct telling *t)
{
    char text[TEXT_BYTES];
    if (!t->others)
        return;
    snprintf(text, sizeof(text),
             "accept every connection and say nothing, as those above; %llu ports were waited for only briefly",
             (unsigned long long)t->ports_of_others);
    t->tell(t->self, &(struct remark){ .kind = REMARK_MIDDLEBOX, .about = SPAN("more addresses"),
                                       .text = span_str(text), .count = t->others });
}

void mutes_tell(struct mutes *m, void (*tell)(void *self, const struct remark *r), void *self)
{
    struct telling t = { .tell = tell, .self = self };
    pthread_mutex_lock(&m->lock);
    for (const struct mute *at = m->networks.at; at < m->networks.at + MUTES; at++)
        if (at->noticed)
            tell_one(&t, at, true);
    for (const struct mute *at = m->addresses.at; at < m->addresses.at + MUTES; at++) {
        struct address net = network_of(&at->key);
        const struct mute *all = at->noticed ? find(m, &m->networks, &net, false) : NULL;
        if (at->noticed && !(all && all->noticed))
            tell_one(&t, at, false);
    }
    tell_rest(&t);
    pthread_mutex_unlock(&m->lock);
}
