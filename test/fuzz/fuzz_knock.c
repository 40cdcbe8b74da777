/* A knock whose answers, losses and delays are made up: what comes may be an answer, half of one, one to somebody else's
 * question. Each place must be handed out or told of once, and all of it must come to an end. */
#include "base/random.h"
#include "peer.h"
#include "sweep/knock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLACES = 5000, SENT_MAX = 4096, OUR_PORT = 40000, STEPS_MAX = 200000, PORTS = 3, WAIT_MOST_US = 300000 };

struct world {
    struct knock_line line; /* first */
    struct span left;       /* of the input */
    uint8_t sent[SENT_MAX][KNOCK_PACKET_MAX];
    size_t sent_len;
    uint8_t segment[64];
    uint8_t seen[PLACES];
};

static uint8_t next_byte(struct world *w)
{
    uint8_t byte = w->left.len ? w->left.at[0] : 0;
    w->left = span_from(w->left, w->left.len ? 1 : 0);
    return byte;
}

static void at(void *self, uint64_t place, struct endpoint *ret, const char **ret_skip)
{
    (void)self;
    *ret_skip = place % 1000 == 7 ? "excluded" : NULL;
    *ret = (struct endpoint){ .address = { 4, { 10, 1, (uint8_t)(place / PORTS >> 8), (uint8_t)(place / PORTS) } },
                              .port = (uint16_t)(80 + place % PORTS) };
}

static uint64_t gap(void *self, uint64_t from)
{
    (void)self;
    return from >= 4200 && from < 4300 ? 4300 : from;
}

static bool source(struct knock_line *self, const struct address *to, struct address *ret)
{
    (void)self;
    *ret = (struct address){ 4, { 10, 9, 9, 9 } };
    return to->bytes[3] != 77;
}

static size_t send_some(struct knock_line *self, uint8_t family, const struct span *packets, size_t count, bool *ret_refused)
{
    struct world *w = (struct world *)self;
    uint8_t mood = next_byte(w);
    size_t n = mood & 1 && mood / 4 < count ? mood / 4 : count;
    MUST(family == 4 && count <= KNOCK_BATCH);
    *ret_refused = mood & 2;
    for (size_t i = 0; i < n; i++) {
        MUST(packets[i].len == 60);
        memcpy(w->sent[w->sent_len++ % SENT_MAX], packets[i].at, packets[i].len);
    }
    return n;
}

/* An answer to a packet that was sent, with a byte of it spoiled where the input says so. */
static struct knock_heard answer_to(struct world *w, const uint8_t *packet)
{
    struct knock_heard heard = { .from = { 4, { packet[16], packet[17], packet[18], packet[19] } } };
    uint32_t sequence = ((uint32_t)packet[24] << 24 | (uint32_t)packet[25] << 16 | (uint32_t)packet[26] << 8 | packet[27]) + 1;
    uint8_t segment[20] = { packet[22], packet[23], packet[20], packet[21], 0, 0, 0, 1, (uint8_t)(sequence >> 24),
                            (uint8_t)(sequence >> 16), (uint8_t)(sequence >> 8), (uint8_t)sequence, 0x50, 0x12 };
    memcpy(w->segment, segment, sizeof(segment));
    uint8_t spoiled = next_byte(w);
    if (spoiled < 20)
        w->segment[spoiled] ^= next_byte(w);
    heard.segment = span_of(w->segment, sizeof(segment));
    return heard;
}

static size_t receive(struct knock_line *self, struct knock_heard *ret, size_t max)
{
    struct world *w = (struct world *)self;
    uint8_t what = w->left.len ? next_byte(w) : 0;
    MUST(max > 0);
    if (what & 1 && w->sent_len) {
        *ret = answer_to(w, w->sent[(what / 2 + 128u * next_byte(w)) % (w->sent_len < SENT_MAX ? w->sent_len : SENT_MAX)]);
        return 1;
    }
    if (what & 2) {
        size_t len = next_byte(w) % sizeof(w->segment);
        struct span bytes = span_first(w->left, len);
        w->left = span_from(w->left, bytes.len);
        *ret = (struct knock_heard){ { 4, { 10, 1, 0, what } }, bytes };
        return 1;
    }
    return 0;
}

static void see(struct world *w, uint64_t place)
{
    MUST(place < PLACES);
    MUST(w->seen[place]++ == 0);
}

static void told(void *self, const struct sweep_places *p)
{
    for (uint64_t i = 0; i < p->count; i++)
        see(self, p->first + i);
}

static void fetch(struct world *w, struct knock *k, unsigned most)
{
    struct turn t;
    const char *skip;
    for (unsigned i = 0; i < most && knock_next(k, &t, &skip); i++)
        see(w, t.place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world w;
    struct error e;
    w = (struct world){ .line = { OUR_PORT, source, send_some, receive }, .left = span_of(data, size) };
    struct knock_config config = { .places = { at, gap, NULL, NULL, PLACES }, .line = &w.line, .per_second = 1e6, .seed = 1,
                                   .told = told, .self = &w };
    struct knock *k = knock_new(&config, &e);
    int64_t now_us = 1, wait_us = 0;
    MUST(k);
    for (unsigned step = 0; wait_us >= 0; step++) {
        MUST(step < STEPS_MAX);
        wait_us = knock_step(k, now_us);
        now_us += wait_us > WAIT_MOST_US ? WAIT_MOST_US : wait_us > 0 ? wait_us : 100;
        fetch(&w, k, w.left.len ? next_byte(&w) & 7 : PLACES);
    }
    fetch(&w, k, PLACES);
    MUST(!knock_pending(k));
    for (uint64_t i = 0; i < PLACES; i++)
        MUST(w.seen[i] == (gap(NULL, i) == i));
    knock_free(k);
    return 0;
}
