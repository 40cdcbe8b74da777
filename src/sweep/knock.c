/* One lock for what two sides touch: which places have answered, and the queue of those. The sending side alone knows
 * where the rounds are. */
#include "sweep/knock.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"

enum {
    RING_MIN = 16,   /* chunks */
    RING_MAX = 2048, /* 8 million places on their way, 5 MB */
    INDEX_BITS = 23, /* of a sequence number; the other 9 prove it */
    QUEUE_MAX = 1 << 14,
    NETS = 1 << 16,
    HEARD_AT_ONCE = 64,
    HEARD_TURNS = 16,
    CREDIT_US = 20000,
    BUSY_US = 500,      /* until the system may take packets again */
    TOLD_EVERY_US = 1000000,
    ENOUGH_ANSWERS = 20, /* for an estimate of the loss */
    WORD_BITS = 64,
    CHUNK_WORDS = KNOCK_CHUNK / WORD_BITS,
};
static const uint64_t ANSWERED = 1ull << 63;
static const double LOSS_FOR_THREE = 0.003, LOSS_FOR_FOUR = 0.1, LOSS_FOR_FIVE = 0.25;
_Static_assert(RING_MAX * KNOCK_CHUNK <= 1 << INDEX_BITS, "each place of the window has an index of its own");

struct chunk {
    uint64_t first;   /* place */
    unsigned round;   /* that is being asked, or was asked last; 0: none */
    unsigned at;      /* how much of the round is through */
    int64_t asked_us; /* when its last round was through */
    uint64_t asked[CHUNK_WORDS];    /* by a packet */
    uint64_t answered[CHUNK_WORDS]; /* or to be visited anyway */
    uint64_t queued[CHUNK_WORDS];
    uint64_t left_out[CHUNK_WORDS];
    uint32_t answers[KNOCK_ROUNDS_MAX + 1]; /* by round */
};

/* How many places of a network accept. Another network may take the entry: then both count anew. */
struct net {
    uint64_t key;
    uint32_t open;
};

struct knock {
    struct knock_config config;
    uint64_t key0, key1;
    uint64_t first;  /* place of the oldest chunk that is held */
    uint64_t fresh;  /* place where the first chunk that is not begun starts */
    size_t held;     /* chunks in the ring, from `first` on */
    size_t ring;     /* room */
    /* Round by round: the chunk that is next, or in the middle of it. */
    uint64_t next[KNOCK_ROUNDS_MAX + 1];
    uint64_t settled; /* chunks before this place count in `heard` */
    uint64_t heard[KNOCK_ROUNDS_MAX + 1]; /* answers by round */
    int64_t first_us, repeat_us; /* first questions are paid for until then, and repeated ones */
    uint16_t id;
    struct sweep_places run; /* that is not told yet */
    int64_t run_us;
    uint64_t packets, asked, answered; /* asked: places */

    pthread_mutex_t lock;
    uint64_t queue[QUEUE_MAX]; /* places, a ring; with ANSWERED, who answered a packet */
    size_t queue_at, queue_len;
    bool done;
    uint64_t left_out, nets_left_out;
    struct net nets[NETS];
    struct chunk chunks[];
};

static size_t ring_for(double per_second)
{
    double wait_s = (KNOCK_ROUNDS_MAX * (double)KNOCK_GAP_US + KNOCK_LAST_US) / 1e6;
    size_t ring = RING_MIN;
    while (ring < RING_MAX && (double)ring * KNOCK_CHUNK < per_second * wait_s)
        ring *= 2;
    return ring;
}

struct knock *knock_new(const struct knock_config *config, struct error *e)
{
    struct random r = { config->seed };
    size_t ring = ring_for(config->per_second);
    struct knock *k = calloc(1, sizeof(*k) + ring * sizeof(k->chunks[0]));
    if (!k) {
        error_set(e, "no memory for %zu places that are asked at once", ring * KNOCK_CHUNK);
        return NULL;
    }
    k->config = *config;
    k->ring = ring;
    k->key0 = random_next(&r) ^ random_seed();
    k->key1 = random_next(&r);
    pthread_mutex_init(&k->lock, NULL);
    return k;
}

void knock_free(struct knock *k)
{
    if (!k)
        return;
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* ---- bits ---- */

static bool has(const uint64_t *bits, unsigned i)
{
    return bits[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static void set(uint64_t *bits, unsigned i)
{
    bits[i / WORD_BITS] |= 1ull << i % WORD_BITS;
}

static struct chunk *chunk_of(struct knock *k, uint64_t place)
{
    return &k->chunks[place / KNOCK_CHUNK % k->ring];
}

/* ---- sequence numbers ---- */

static uint32_t cookie(const struct knock *k, const struct address *a, uint16_t port)
{
    uint8_t bytes[sizeof(a->bytes) + 2] = { 0 };
    size_t len = a->family == 4 ? 4 : 16;
    memcpy(bytes, a->bytes, len);
    bytes[len] = (uint8_t)(port >> 8);
    bytes[len + 1] = (uint8_t)port;
    return (uint32_t)siphash(k->key0, k->key1, span_of(bytes, len + 2));
}

static uint32_t sequence_for(const struct knock *k, const struct endpoint *e, uint64_t place)
{
    uint32_t index = (uint32_t)(place % (k->ring * KNOCK_CHUNK));
    return cookie(k, &e->address, e->port) ^ index;
}

/* The place that was asked with this sequence number. False where none was. */
static bool place_for(const struct knock *k, const struct address *from, const struct knock_answer *a, uint64_t *ret)
{
    uint64_t index = a->sequence ^ cookie(k, from, a->from_port), window = k->ring * KNOCK_CHUNK;
    if (index >= window)
        return false;
    *ret = k->first + (index + window - k->first % window) % window;
    return *ret < k->fresh;
}

/* ---- answers ---- */

static struct net *net_of(struct knock *k, const struct address *a)
{
    uint64_t key = siphash(k->key1, k->key0, span_of(a->bytes, a->family == 4 ? 3 : 8)) | 1;
    struct net *n = &k->nets[key >> 1 & (NETS - 1)];
    if (n->key != key)
        *n = (struct net){ .key = key };
    return n;
}

static bool push(struct knock *k, struct chunk *c, unsigned i)
{
    if (k->queue_len == QUEUE_MAX)
        return false;
    k->queue[(k->queue_at + k->queue_len++) % QUEUE_MAX] = (c->first + i) | (has(c->asked, i) ? ANSWERED : 0);
    set(c->queued, i);
    return true;
}

/* The endpoint is looked up anew: what answers must be what was asked. */
static void take_answer(struct knock *k, const struct address *from, const struct knock_answer *a)
{
    uint64_t place;
    struct endpoint e;
    const char *skip;
    if (a->to_port != k->config.line->port || !place_for(k, from, a, &place))
        return;
    struct chunk *c = chunk_of(k, place);
    unsigned i = (unsigned)(place % KNOCK_CHUNK);
    if (!has(c->asked, i) || has(c->answered, i))
        return;
    k->config.places.at(k->config.places.self, place, &e, &skip);
    if (skip || e.port != a->from_port || address_compare(&e.address, from) != 0)
        return;
    set(c->answered, i);
    c->answers[c->round]++;
    k->answered++;
    struct net *n = net_of(k, from);
    if (a->word == KNOCK_OPEN && n->open++ >= KNOCK_NET_OPEN_MAX) {
        k->nets_left_out += n->open == KNOCK_NET_OPEN_MAX + 1;
        k->left_out++;
        set(c->left_out, i);
        return;
    }
    push(k, c, i);
}

static bool hear(struct knock *k)
{
    struct knock_heard heard[HEARD_AT_ONCE];
    size_t n = HEARD_AT_ONCE;
    for (unsigned turn = 0; turn < HEARD_TURNS && n == HEARD_AT_ONCE; turn++) {
        n = k->config.line->receive(k->config.line, heard, HEARD_AT_ONCE);
        pthread_mutex_lock(&k->lock);
        for (size_t i = 0; i < n; i++) {
            struct knock_answer a;
            if (knock_answer_read(heard[i].segment, &a))
                take_answer(k, &heard[i].from, &a);
        }
        pthread_mutex_unlock(&k->lock);
    }
    return n == HEARD_AT_ONCE;
}

/* ---- rounds ---- */

/* Who is there answers the first round with 1 - q, the second with q (1 - q). */
static double loss_of(const struct knock *k)
{
    bool enough = k->heard[1] + k->heard[2] >= ENOUGH_ANSWERS && k->heard[1];
    double q = enough ? (double)k->heard[2] / (double)k->heard[1] : 0;
    return q < 1 ? q : 1;
}

static unsigned rounds_wanted(const struct knock *k)
{
    double loss = loss_of(k);
    return loss > LOSS_FOR_FIVE    ? KNOCK_ROUNDS_MAX
           : loss > LOSS_FOR_FOUR  ? 4
           : loss > LOSS_FOR_THREE ? 3
                                   : KNOCK_ROUNDS;
}

/* The round that was begun last is through, and `wait_us` have passed since. */
static bool has_waited(const struct chunk *c, int64_t now_us, int64_t wait_us)
{
    return c->at == KNOCK_CHUNK && now_us >= c->asked_us + wait_us;
}

/* Counts what the chunks answered that have had their second round: the loss is known before the first of them goes. */
static void settle(struct knock *k, int64_t now_us)
{
    if (k->settled < k->first)
        k->settled = k->first;
    for (; k->settled < k->fresh; k->settled += KNOCK_CHUNK) {
        const struct chunk *c = chunk_of(k, k->settled);
        if (c->round < 2 || (c->round == 2 && !has_waited(c, now_us, KNOCK_GAP_US)))
            return;
        for (unsigned i = 1; i <= KNOCK_ROUNDS_MAX; i++)
            k->heard[i] += c->answers[i];
    }
}

/* A chunk that is in the middle of a further round, or for which one is due. NULL where there is none; *ret_due_us is
 * lowered to when one will be. */
static struct chunk *due_chunk(struct knock *k, int64_t now_us, int64_t *ret_due_us)
{
    for (unsigned round = 2; round <= rounds_wanted(k); round++) {
        if (k->next[round] < k->first)
            k->next[round] = k->first;
        if (k->next[round] >= k->fresh)
            continue;
        struct chunk *c = chunk_of(k, k->next[round]);
        if (c->round == round)
            return c;
        if (c->round != round - 1 || c->at < KNOCK_CHUNK)
            continue;
        if (has_waited(c, now_us, KNOCK_GAP_US)) {
            c->round = round;
            c->at = 0;
            return c;
        }
        if (c->asked_us + KNOCK_GAP_US < *ret_due_us)
            *ret_due_us = c->asked_us + KNOCK_GAP_US;
    }
    return NULL;
}

/* The chunk in the middle of its first round, or the next one, where there is room for it and anything left. */
static struct chunk *fresh_chunk(struct knock *k)
{
    const struct knock_places *p = &k->config.places;
    if (k->next[1] < k->fresh)
        return chunk_of(k, k->next[1]);
    if (k->held == 0) {
        uint64_t next = p->gap(p->self, k->fresh);
        k->first = k->fresh = next < p->end ? next / KNOCK_CHUNK * KNOCK_CHUNK : p->end;
    }
    if (k->fresh >= p->end || k->held == k->ring)
        return NULL;
    struct chunk *c = chunk_of(k, k->fresh);
    pthread_mutex_lock(&k->lock);
    *c = (struct chunk){ .first = k->fresh, .round = 1 };
    k->next[1] = k->fresh;
    k->fresh += KNOCK_CHUNK;
    k->held++;
    pthread_mutex_unlock(&k->lock);
    return c;
}

static void end_round(struct knock *k, struct chunk *c, int64_t now_us)
{
    if (c->at < KNOCK_CHUNK)
        return;
    c->asked_us = now_us;
    k->next[c->round] = c->first + KNOCK_CHUNK;
}

struct batch {
    uint8_t bytes[KNOCK_BATCH][KNOCK_PACKET_MAX];
    struct span packets[KNOCK_BATCH];
    uint64_t places[KNOCK_BATCH];
    size_t len;
    uint8_t family;
};

/* Whether the place is one that a packet goes to; the first round decides, under the lock. */
static bool is_knocked(struct knock *k, struct chunk *c, unsigned i, const struct endpoint *e, const char *skip)
{
    const struct knock_places *p = &k->config.places;
    bool straight = skip || e->transport == TRANSPORT_UDP || address_class(&e->address) == ADDRESS_LOOPBACK ||
                    (p->known && p->known(p->self, e));
    if (straight) {
        set(c->answered, i);
        push(k, c, i);
    }
    return !straight;
}

/* Whether place i of the chunk gets a packet in this round. */
static bool wants_packet(struct knock *k, struct chunk *c, unsigned i, struct endpoint *ret)
{
    const struct knock_places *p = &k->config.places;
    uint64_t place = c->first + i;
    const char *skip;
    if (has(c->answered, i) || (c->round > 1 && !has(c->asked, i)))
        return false;
    if (place >= p->end || (c->round == 1 && p->gap(p->self, place) != place))
        return false;
    p->at(p->self, place, ret, &skip);
    return c->round > 1 || is_knocked(k, c, i, ret, skip);
}

/* No way leads there, or the system does not send it: a real connection will say what is wrong. Under the lock. */
static void give_over(struct knock *k, struct chunk *c, unsigned i)
{
    c->asked[i / WORD_BITS] &= ~(1ull << i % WORD_BITS);
    set(c->answered, i);
    push(k, c, i);
}

static bool add(struct knock *k, struct batch *b, struct chunk *c, unsigned i, const struct endpoint *e)
{
    struct knock_syn s = { .to = e->address, .from_port = k->config.line->port, .to_port = e->port,
                           .sequence = sequence_for(k, e, c->first + i), .id = k->id++ };
    if (!k->config.line->source(k->config.line, &e->address, &s.from))
        return false;
    b->packets[b->len] = span_of(b->bytes[b->len], knock_syn_put(&s, b->bytes[b->len]));
    b->places[b->len] = c->first + i;
    if (k->config.sent)
        k->config.sent(k->config.self, e);
    b->len++;
    return true;
}

/* Packets of one family from the chunk, at most `max`. What lies at c->at of another family waits for the next
 * batch. */
static void fill(struct knock *k, struct chunk *c, size_t max, struct batch *b)
{
    b->len = 0;
    pthread_mutex_lock(&k->lock);
    for (; c->at < KNOCK_CHUNK && b->len < max; c->at++) {
        struct endpoint e;
        if (!wants_packet(k, c, c->at, &e))
            continue;
        if (b->len && e.address.family != b->family)
            break;
        b->family = e.address.family;
        if (!add(k, b, c, c->at, &e)) {
            give_over(k, c, c->at);
            continue;
        }
        set(c->asked, c->at);
    }
    pthread_mutex_unlock(&k->lock);
}

/* Sends a batch, and returns how many packets went. Fewer where the system is busy: the chunk steps back to the first
 * that did not go. */
static size_t send_batch(struct knock *k, struct chunk *c, const struct batch *b)
{
    size_t at = 0;
    while (at < b->len) {
        bool refused = false;
        size_t n = k->config.line->send(k->config.line, b->family, b->packets + at, b->len - at, &refused);
        at += n;
        k->packets += n;
        if (n)
            continue;
        if (!refused) {
            c->at = (unsigned)(b->places[at] % KNOCK_CHUNK);
            break;
        }
        pthread_mutex_lock(&k->lock);
        give_over(k, c, (unsigned)(b->places[at++] % KNOCK_CHUNK));
        pthread_mutex_unlock(&k->lock);
    }
    return at;
}

/* Places a second. */
static double rate_now(const struct knock *k)
{
    const struct knock_config *c = &k->config;
    double answering = k->asked ? (double)k->answered / (double)k->asked : 0;
    double cost = 1.0 / PACE_SILENT_SHARE + (1 - 1.0 / PACE_SILENT_SHARE) * answering;
    double limit = c->answered_per_second > 0 ? c->answered_per_second / cost : c->per_second;
    return limit < c->per_second ? limit : c->per_second;
}

/* How many packets the account allows now; one that is late catches up by CREDIT_US at most. */
static size_t allowed(const struct knock *k, int64_t *account_us, int64_t now_us)
{
    if (*account_us < now_us - CREDIT_US)
        *account_us = now_us - CREDIT_US;
    double n = (double)(now_us - *account_us) * rate_now(k) / 1e6;
    return n < 0 ? 0 : n > KNOCK_BATCH ? KNOCK_BATCH : (size_t)n;
}

static void charge(const struct knock *k, int64_t *account_us, size_t packets)
{
    *account_us += (int64_t)((double)packets * 1e6 / rate_now(k));
}

/* One batch of the chunk, as far as its account allows. Returns when it may go on. */
static int64_t ask_chunk(struct knock *k, struct chunk *c, int64_t *account_us, int64_t now_us)
{
    struct batch b;
    size_t max = allowed(k, account_us, now_us);
    if (max == 0)
        return *account_us + (int64_t)(1e6 / rate_now(k)) + 1;
    fill(k, c, max, &b);
    size_t went = send_batch(k, c, &b);
    charge(k, account_us, went);
    k->asked += c->round == 1 ? went : 0;
    end_round(k, c, now_us);
    return went == b.len ? now_us : now_us + BUSY_US;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A batch of a further round, where one is due, and one of a first. Returns when to come back. */
static int64_t ask_some(struct knock *k, int64_t now_us)
{
    int64_t next_us = now_us + KNOCK_GAP_US;
    struct chunk *again = due_chunk(k, now_us, &next_us), *fresh = fresh_chunk(k);
    if (again)
        next_us = earlier(next_us, ask_chunk(k, again, &k->repeat_us, now_us));
    if (fresh)
        next_us = earlier(next_us, ask_chunk(k, fresh, &k->first_us, now_us));
    return next_us;
}

/* ---- the end of chunks ---- */

static void tell(struct knock *k, int64_t now_us)
{
    if (k->run.count)
        k->config.told(k->config.self, &k->run);
    k->run.count = 0;
    k->run_us = now_us;
}

static void add_to_run(struct knock *k, uint64_t place, enum places_end end, int64_t now_us)
{
    if (!k->run.count || k->run.end != end || k->run.first + k->run.count != place) {
        tell(k, now_us);
        k->run = (struct sweep_places){ .first = place, .end = end };
    }
    k->run.count++;
}

static void tell_chunk(struct knock *k, const struct chunk *c, int64_t now_us)
{
    for (unsigned i = 0; i < KNOCK_CHUNK; i++) {
        if (has(c->left_out, i))
            add_to_run(k, c->first + i, PLACES_LEFT_OUT, now_us);
        else if (has(c->asked, i) && !has(c->answered, i))
            add_to_run(k, c->first + i, PLACES_SILENT, now_us);
    }
    if (now_us - k->run_us >= TOLD_EVERY_US)
        tell(k, now_us);
}

/* Hands out what the queue had no room for. False where it still has none. */
static bool hand_out(struct knock *k, struct chunk *c)
{
    bool all = true;
    pthread_mutex_lock(&k->lock);
    for (unsigned w = 0; all && w < CHUNK_WORDS; w++) {
        uint64_t left = c->answered[w] & ~c->queued[w] & ~c->left_out[w];
        for (; all && left; left &= left - 1)
            all = push(k, c, w * WORD_BITS + (unsigned)__builtin_ctzll(left));
    }
    pthread_mutex_unlock(&k->lock);
    return all;
}

/* Lets go of the oldest chunks that have had all rounds and the wait after them. */
static void retire(struct knock *k, int64_t now_us)
{
    while (k->held) {
        struct chunk *c = chunk_of(k, k->first);
        if (c->round < rounds_wanted(k) || !has_waited(c, now_us, KNOCK_LAST_US) || !hand_out(k, c))
            return;
        tell_chunk(k, c, now_us);
        pthread_mutex_lock(&k->lock);
        k->first += KNOCK_CHUNK;
        k->held--;
        pthread_mutex_unlock(&k->lock);
    }
}

static bool is_over(struct knock *k)
{
    return k->held == 0 && k->fresh >= k->config.places.end;
}

int64_t knock_step(struct knock *k, int64_t now_us)
{
    bool more = hear(k);
    if (!more) { /* what is there to be heard still belongs to the round that it answers */
        settle(k, now_us);
        retire(k, now_us);
    }
    int64_t next_us = ask_some(k, now_us);
    if (is_over(k)) {
        tell(k, now_us);
        pthread_mutex_lock(&k->lock);
        k->done = true;
        pthread_mutex_unlock(&k->lock);
        return -1;
    }
    return more || next_us <= now_us ? 0 : next_us - now_us;
}

void knock_charge(struct knock *k, uint64_t connections)
{
    charge(k, &k->first_us, connections);
}

struct knock_sum knock_sum(const struct knock *k)
{
    struct knock_sum s = { .packets = k->packets, .answered = k->answered, .left_out = k->left_out,
                           .nets_left_out = k->nets_left_out, .loss = loss_of(k) };
    double unheard = 1;
    for (unsigned i = 0; i < rounds_wanted(k); i++)
        unheard *= s.loss;
    s.missed = unheard < 1 ? (double)s.answered * unheard / (1 - unheard) : 0;
    return s;
}

/* ---- the pacer's side ---- */

bool knock_next(void *self, struct turn *ret, const char **ret_skip)
{
    struct knock *k = self;
    bool there = false;
    *ret_skip = NULL;
    pthread_mutex_lock(&k->lock);
    if ((there = k->queue_len > 0)) {
        ret->place = k->queue[k->queue_at] & ~ANSWERED;
        ret->has_answered = k->queue[k->queue_at] & ANSWERED;
        k->queue_at = (k->queue_at + 1) % QUEUE_MAX;
        k->queue_len--;
        k->config.places.at(k->config.places.self, ret->place, &ret->endpoint, ret_skip);
    }
    pthread_mutex_unlock(&k->lock);
    return there;
}

bool knock_pending(void *self)
{
    struct knock *k = self;
    pthread_mutex_lock(&k->lock);
    bool pending = !k->done || k->queue_len > 0;
    pthread_mutex_unlock(&k->lock);
    return pending;
}
