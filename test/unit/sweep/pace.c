/* The pace on clocks of the test's own: whole scans are played, and every start is checked against every
 * limit; first on a clock that moves exactly to where the pacer says, then on one that moves as the loops' clock
 * does, in ticks, and late. */
#include "unit/check.h"

#include <stdio.h>

#include "sweep/pace.c"

enum { TURNS_MAX = 14000 };

static const struct pace_limits POLITE = { .all_per_second = 100, .net_per_second = 20, .address_per_second = 2 };

/* A list of endpoints to hand out. */
struct listed {
    struct turn turns[TURNS_MAX];
    const char *skip[TURNS_MAX];
    size_t len, at;
};

static bool next_listed(void *self, struct turn *ret, const char **ret_skip)
{
    struct listed *l = self;
    if (l->at == l->len)
        return false;
    *ret = l->turns[l->at];
    *ret_skip = l->skip[l->at];
    l->at++;
    return true;
}

static void list(struct listed *l, const char *address, uint16_t port)
{
    struct turn *t = &l->turns[l->len];
    assert_true(l->len < TURNS_MAX);
    *t = (struct turn){ .place = l->len, .endpoint = { .port = port } };
    assert_true(address_parse(span_str(address), &t->endpoint.address));
    l->skip[l->len] = NULL;
    l->len++;
}

static const char KNOWN[] = "known";

struct played {
    struct endpoint endpoint;
    int64_t start_ms, end_ms;
    bool ended;
};

struct scan {
    struct listed *list;
    struct pacer *pacer;
    int64_t now_ms, visit_ms; /* how long a visit takes */
    struct played all[TURNS_MAX];
    unsigned times[TURNS_MAX]; /* how often each place was handed out */
    size_t started, skipped, running, most_running;
    unsigned calls;
};

static void end_visits(struct scan *s)
{
    for (size_t i = 0; i < s->started; i++) {
        struct played *p = &s->all[i];
        if (p->ended || p->end_ms > s->now_ms)
            continue;
        p->ended = true;
        s->running--;
        pacer_done(s->pacer, s->now_ms, &(struct turn){ .endpoint = p->endpoint });
    }
}

/* Everybody answers, at once. */
static void start_visit(struct scan *s, const struct turn *t)
{
    pacer_answered(s->pacer, s->now_ms, &t->endpoint);
    assert_true(s->started < TURNS_MAX && t->place < TURNS_MAX);
    s->all[s->started++] = (struct played){ t->endpoint, s->now_ms, s->now_ms + s->visit_ms, false };
    s->times[t->place]++;
    s->running++;
    if (s->running > s->most_running)
        s->most_running = s->running;
}

/* Plays a whole scan. The feeder sleeps until it is told to, or until a visit ends, and the clock
 * moves by at least 1 ms a sleep. */
static struct scan *play_from(struct listed *l, struct pace_source source, const struct pace_limits *limits,
                              size_t waiting_max, int64_t visit_ms)
{
    struct scan *s = calloc(1, sizeof(*s));
    struct error e;
    assert_non_null(s);
    *s = (struct scan){ .list = l, .now_ms = 1000, .visit_ms = visit_ms };
    s->pacer = pacer_new(limits, &source, waiting_max, 7, &e);
    assert_non_null(s->pacer);
    for (;;) {
        struct turn t;
        int64_t until_ms = 0;
        const char *why = NULL;
        end_visits(s);
        enum pace_answer answer = pacer_next(s->pacer, s->now_ms, &t, &until_ms, &why);
        assert_true(++s->calls < 1000000);
        if (answer == PACE_END)
            break;
        if (answer == PACE_GO) {
            start_visit(s, &t);
        } else if (answer == PACE_SKIP) {
            assert_ptr_equal(why, l->skip[t.place] ? l->skip[t.place] : KNOWN);
            s->times[t.place]++;
            s->skipped++;
        } else {
            assert_true(until_ms > s->now_ms);
            s->now_ms = until_ms;
        }
    }
    for (size_t i = 0; i < l->len; i++)
        if (s->times[i] != 1)
            fail_msg("endpoint %zu was handed out %u times", i, s->times[i]);
    assert_int_equal(s->started + s->skipped, l->len);
    return s;
}

static struct scan *play(struct listed *l, const struct pace_limits *limits, size_t waiting_max, int64_t visit_ms)
{
    return play_from(l, (struct pace_source){ .next = next_listed, .self = l }, limits, waiting_max, visit_ms);
}

static void done(struct scan *s)
{
    pacer_free(s->pacer);
    free(s);
}

static bool same_net(const struct endpoint *a, const struct endpoint *b)
{
    size_t prefix = a->address.family == 4 ? 3 : 8;
    return a->address.family == b->address.family && memcmp(a->address.bytes, b->address.bytes, prefix) == 0;
}

/* The k-th start after another may come no sooner than k intervals later, less the credit. */
static void check_rate(const struct scan *s, size_t from, double per_second, double credit_ms,
                       bool (*same)(const struct endpoint *a, const struct endpoint *b))
{
    size_t count = 0;
    for (size_t i = from + 1; i < s->started; i++) {
        if (same && !same(&s->all[from].endpoint, &s->all[i].endpoint))
            continue;
        count++;
        double soonest = (double)s->all[from].start_ms + (double)count * 1000 / per_second - credit_ms;
        if ((double)s->all[i].start_ms < soonest - 1)
            fail_msg("start %zu came %lld ms after start %zu, %zu starts later", i,
                     (long long)(s->all[i].start_ms - s->all[from].start_ms), from, count);
    }
}

static bool same_address(const struct endpoint *a, const struct endpoint *b)
{
    return address_compare(&a->address, &b->address) == 0;
}

static void check_limits(const struct scan *s, const struct pace_limits *limits)
{
    for (size_t i = 0; i < s->started; i++) {
        check_rate(s, i, limits->all_per_second, PACE_CREDIT_MS, NULL);
        check_rate(s, i, limits->net_per_second, PACE_CREDIT_MS, same_net);
        check_rate(s, i, limits->address_per_second, 0, same_address);
        for (size_t k = i + 1; k < s->started; k++)
            if (same_address(&s->all[i].endpoint, &s->all[k].endpoint) && s->all[k].start_ms < s->all[i].end_ms)
                fail_msg("two conversations with one address at once: %zu and %zu", i, k);
    }
}

/* ---- one limit at a time --------------------------------------------------------------------- */

static void one_address_many_ports(void **state)
{
    static struct listed l;
    (void)state;
    l.len = l.at = 0;
    for (uint16_t port = 1; port <= 40; port++)
        list(&l, "10.0.0.1", port);
    struct scan *s = play(&l, &POLITE, 100, 10);
    check_limits(s, &POLITE);
    assert_int_equal(s->most_running, 1);
    /* Two a second, and no slower. */
    assert_in_range(s->all[39].start_ms - s->all[0].start_ms, 39 * 500, 39 * 500 + 100);
    done(s);
}

static void a_long_visit_keeps_its_address(void **state)
{
    static struct listed l;
    (void)state;
    l.len = l.at = 0;
    for (uint16_t port = 1; port <= 10; port++)
        list(&l, "10.0.0.1", port);
    list(&l, "10.9.0.1", 1);
    struct scan *s = play(&l, &POLITE, 100, 3000);
    check_limits(s, &POLITE);
    for (size_t i = 0; i < s->started; i++) /* the other address did not have to wait for that */
        if (s->all[i].endpoint.address.bytes[1] == 9)
            assert_in_range(s->all[i].start_ms, 1000, 1100);
    assert_in_range(s->now_ms - 1000, 9 * 3000, 9 * 3000 + 1000);
    done(s);
}

static void one_network(void **state)
{
    static struct listed l;
    (void)state;
    l.len = l.at = 0;
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.0.0.%d", i);
        list(&l, text, 80);
    }
    struct scan *s = play(&l, &POLITE, 1000, 10);
    check_limits(s, &POLITE);
    assert_in_range(s->all[199].start_ms - s->all[0].start_ms, 199 * 50, 199 * 50 + 200);
    done(s);
}

static void the_whole_scan(void **state)
{
    static struct listed l;
    (void)state;
    l.len = l.at = 0;
    for (int i = 0; i < 500; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.%d.%d.1", i % 250, i / 250);
        list(&l, text, 80);
    }
    struct scan *s = play(&l, &POLITE, 1000, 5000);
    check_limits(s, &POLITE);
    assert_in_range(s->all[499].start_ms - s->all[0].start_ms, 499 * 10, 499 * 10 + 100);
    done(s);
}

static void sixth_version_networks(void **state)
{
    static struct listed l;
    static const struct pace_limits LIMITS = { .all_per_second = 1000, .net_per_second = 10, .address_per_second = 2 };
    (void)state;
    l.len = l.at = 0;
    for (int i = 0; i < 60; i++) {
        char text[48];
        snprintf(text, sizeof(text), "fd00:0:0:%d::%d", i % 2, i + 1);
        list(&l, text, 80);
    }
    struct scan *s = play(&l, &LIMITS, 100, 1);
    check_limits(s, &LIMITS);
    assert_in_range(s->all[59].start_ms - s->all[0].start_ms, 2800, 3100); /* 30 in each of two /64, ten a second */
    done(s);
}

static void loopback_has_no_pace(void **state)
{
    static struct listed l;
    (void)state;
    l.len = l.at = 0;
    for (uint16_t port = 1; port <= 500; port++)
        list(&l, port % 2 ? "127.0.0.1" : "::1", port);
    struct scan *s = play(&l, &POLITE, 10, 1000);
    assert_int_equal(s->now_ms, 1000);
    assert_int_equal(s->most_running, 500);
    struct endpoint here = l.turns[0].endpoint;
    assert_int_equal(pacer_again(s->pacer, 1000, &here), 1000);
    done(s);
}

/* ---- what else it promises --------------------------------------------------------------------- */

static void skipped_ones_cost_no_time(void **state)
{
    static struct listed l;
    static const char *const WHY = "excluded";
    (void)state;
    l.len = l.at = 0;
    for (uint16_t port = 1; port <= 400; port++) {
        list(&l, "10.0.0.1", port);
        if (port != 200)
            l.skip[port - 1] = WHY;
    }
    struct scan *s = play(&l, &POLITE, 4, 10);
    assert_int_equal(s->skipped, 399);
    assert_int_equal(s->started, 1);
    assert_in_range(s->now_ms, 1000, 1100);
    done(s);
}

/* Where few may wait, all are handed out all the same. */
static void little_room_to_wait(void **state)
{
    (void)state;
    for (size_t room = 1; room <= 8; room++) {
        static struct listed l;
        l.len = l.at = 0;
        for (int i = 0; i < 60; i++) {
            char text[32];
            snprintf(text, sizeof(text), "10.0.%d.%d", i % 3, i % 5);
            list(&l, text, (uint16_t)(i + 1));
        }
        struct scan *s = play(&l, &POLITE, room, 300);
        check_limits(s, &POLITE);
        done(s);
    }
}

/* A visit that opens more connections books them: those to come wait for them, too. */
static void one_more_connection(void **state)
{
    static struct listed l;
    struct error e;
    struct turn t, u;
    int64_t until_ms;
    const char *why = NULL;
    (void)state;
    l.len = l.at = 0;
    list(&l, "10.0.0.1", 1);
    list(&l, "10.0.0.1", 2);
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&POLITE, &source, 10, 7, &e);
    assert_int_equal(pacer_next(p, 1000, &t, &until_ms, &why), PACE_GO);
    assert_int_equal(pacer_again(p, 1100, &t.endpoint), 1500);
    assert_int_equal(pacer_again(p, 1500, &t.endpoint), 2000);
    assert_int_equal(pacer_again(p, 9000, &t.endpoint), 9000);
    assert_int_equal(pacer_next(p, 20000, &u, &until_ms, &why), PACE_WAIT); /* the visit still runs */
    pacer_done(p, 20000, &t);
    assert_int_equal(pacer_next(p, 20000, &u, &until_ms, &why), PACE_GO);
    assert_int_equal(u.endpoint.port, 2);
    assert_int_equal(pacer_next(p, 20010, &u, &until_ms, &why), PACE_END);
    pacer_free(p);
}

/* How long it takes to hand out 400 networks of one address each, where all answer or none does. */
static int64_t time_of_networks(double discount, bool answered)
{
    const struct pace_limits limits = { .all_per_second = 100, .silent_discount = discount, .net_per_second = 20,
                                        .address_per_second = 2 };
    static struct listed l;
    struct error e;
    l.len = l.at = 0;
    for (int i = 0; i < 400; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.%d.%d.1", i / 200, i % 200);
        list(&l, text, 1);
    }
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&limits, &source, 500, 7, &e);
    int64_t now_ms = 1000, until_ms;
    for (;;) {
        struct turn t;
        const char *why = NULL;
        enum pace_answer answer = pacer_next(p, now_ms, &t, &until_ms, &why);
        if (answer == PACE_END)
            break;
        if (answer == PACE_WAIT)
            now_ms = until_ms;
        else if (answered)
            pacer_answered(p, now_ms, &t.endpoint);
        if (answer == PACE_GO)
            pacer_done(p, now_ms, &t);
    }
    pacer_free(p);
    return now_ms - 1000;
}

static void silence_counts_less(void **state)
{
    (void)state;
    assert_in_range(time_of_networks(0, false), 3900, 4100);
    assert_in_range(time_of_networks(0, true), 3900, 4100);
    assert_in_range(time_of_networks(0.5, true), 3900, 4100);
    assert_in_range(time_of_networks(0.5, false), 1900, 2100);
}

/* Connections that running visits add share their network's pace, and the scan's. */
static void more_connections_of_one_network(void **state)
{
    static const struct pace_limits LIMITS = { .all_per_second = 1000, .net_per_second = 20, .address_per_second = 1000 };
    static struct listed l;
    struct error e;
    int64_t until_ms;
    const char *why = NULL;
    (void)state;
    l.len = l.at = 0;
    for (int i = 1; i <= 4; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.0.0.%d", i);
        list(&l, text, 1);
    }
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&LIMITS, &source, 10, 7, &e);
    for (int64_t i = 0; i < 4; i++) {
        struct turn t;
        assert_int_equal(pacer_next(p, 1000 + 50 * i, &t, &until_ms, &why), PACE_GO);
    }
    for (int64_t i = 0; i < 4; i++)
        pacer_answered(p, 1200, &l.turns[i].endpoint);
    /* The second is the credit's. */
    assert_int_equal(pacer_again(p, 2000, &l.turns[0].endpoint), 2000);
    for (int64_t i = 1; i < 4; i++)
        assert_int_equal(pacer_again(p, 2000, &l.turns[i].endpoint), 2000 + 50 * (i - 1));
    pacer_free(p);
}

/* Any mixture, many seeds of it: all limits hold, each endpoint comes once. */
static void mixtures(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        static struct listed l;
        struct random r = { seed };
        struct pace_limits limits = { .all_per_second = (double)(5 + random_below(&r, 300)),
                                      .net_per_second = (double)(1 + random_below(&r, 40)),
                                      .address_per_second = 0.5 + (double)random_below(&r, 5) };
        l.len = l.at = 0;
        for (int i = 0; i < 250; i++) {
            char text[48];
            uint64_t net = random_below(&r, 4), host = random_below(&r, 6);
            snprintf(text, sizeof(text), net == 3 ? "fd00::%llu" : "10.1.%llu.%llu", (unsigned long long)(net == 3 ? host : net),
                     (unsigned long long)host);
            list(&l, text, (uint16_t)(i + 1));
            if (random_below(&r, 10) == 0)
                l.skip[l.len - 1] = "no";
        }
        struct scan *s = play(&l, &limits, 1 + (size_t)random_below(&r, 300), (int64_t)random_below(&r, 2000));
        check_limits(s, &limits);
        done(s);
    }
}

/* What has passed is forgotten: memory follows what is in flight, not the space. */
static void entries_are_reused(void **state)
{
    static struct listed l;
    static const struct pace_limits FAST = { .all_per_second = 1e6, .net_per_second = 1e6, .address_per_second = 1e6 };
    struct error e;
    (void)state;
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&FAST, &source, 10, 7, &e);
    size_t kept = 0;
    for (int i = 0; i < 200000; i++) {
        struct turn t;
        int64_t until_ms;
        const char *why = NULL;
        char text[32];
        l.len = l.at = 0;
        p->drained = false;
        snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        list(&l, text, 1);
        assert_int_equal(pacer_next(p, 1000 + 10 * i, &t, &until_ms, &why), PACE_GO);
        pacer_done(p, 1005 + 10 * i, &t);
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct lately *at = p->addresses.buckets[i]; at; at = at->next)
            kept++;
        for (const struct lately *at = p->networks.buckets[i]; at; at = at->next)
            kept++;
    }
    assert_true(kept < 20000);
    pacer_free(p);
}

/* An address never loses its place to its network, whatever else hashes to where: all of a /16. */
static void one_conversation_with_each_of_65536(void **state)
{
    static struct listed l;
    struct error e;
    (void)state;
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&POLITE, &source, 10, 7, &e);
    for (int i = 0; i < 65536; i++) {
        int64_t now_ms = 1000 + 2000 * (int64_t)i, until_ms;
        struct turn first, second;
        const char *why = NULL;
        char text[32];
        l.len = l.at = 0;
        p->drained = false;
        snprintf(text, sizeof(text), "10.9.%d.%d", i >> 8, i & 255);
        list(&l, text, 1);
        list(&l, text, 2);
        assert_int_equal(pacer_next(p, now_ms, &first, &until_ms, &why), PACE_GO);
        if (pacer_next(p, now_ms + 1000, &second, &until_ms, &why) != PACE_WAIT)
            fail_msg("two conversations with %s at once", text);
        pacer_done(p, now_ms + 1000, &first);
        assert_int_equal(pacer_next(p, now_ms + 1000, &second, &until_ms, &why), PACE_GO);
        pacer_done(p, now_ms + 1000, &second);
        assert_int_equal(pacer_next(p, now_ms + 1000, &second, &until_ms, &why), PACE_END);
    }
    pacer_free(p);
}

/* Two networks that hash alike have a pace each. */
static void networks_in_one_bucket(void **state)
{
    static struct listed l;
    struct error e;
    (void)state;
    struct pace_source source = { .next = next_listed, .self = &l };
    struct pacer *p = pacer_new(&POLITE, &source, 10, 7, &e);
    struct endpoint one = { .address = { 4, { 10, 0, 0, 1 } }, .port = 1 };
    struct address net = network_of(&one.address);
    uint64_t bucket = siphash(p->key0, p->key1, span_of(&net, sizeof(net))) % BUCKETS;
    book(p, &one, 1000, 1, 1);
    for (int i = 1; i < 65536; i++) {
        struct endpoint other = { .address = { 4, { 10, (uint8_t)(i >> 8), (uint8_t)i, 1 } }, .port = 1 };
        struct address theirs = network_of(&other.address);
        if (siphash(p->key0, p->key1, span_of(&theirs, sizeof(theirs))) % BUCKETS == bucket)
            assert_null(entry(p, &p->networks, &theirs, 1000, false));
    }
    pacer_free(p);
}

/* ---- silent addresses ------------------------------------------------------------------------------ */

static void list_again(void *self)
{
    ((struct listed *)self)->at = 0;
}

/* A scan of a few addresses that answer and many that do not. */
struct halves {
    struct listed *list;
    struct pacer *p;
    struct random random;
    unsigned times[TURNS_MAX];
    size_t started, starts_before_last_live;
    struct played flying[TURNS_MAX];
    struct turn turns[TURNS_MAX];
    size_t flying_len;
    int live_every; /* of the addresses, by their last byte */
    int64_t silent_ms, took_ms; /* how long a silent one is waited for; how long all of it took */
    int64_t slow_ms; /* how long 10.0.0.2 is */
};

static bool is_live(const struct halves *h, const struct endpoint *e)
{
    return e->address.bytes[3] % h->live_every == 1;
}

/* Waits of two seconds where nobody answers; who does answer is done soon. */
static void land(struct halves *h, int64_t now_ms)
{
    for (size_t i = 0; i < h->flying_len; i++) {
        struct played *f = &h->flying[i];
        if (f->end_ms > now_ms)
            continue;
        if (!is_live(h, &f->endpoint))
            pacer_silent(h->p, now_ms, &h->turns[i]);
        pacer_done(h->p, now_ms, &h->turns[i]);
        h->flying[i] = h->flying[--h->flying_len];
        h->turns[i--] = h->turns[h->flying_len];
    }
}

static void fly(struct halves *h, const struct turn *t, int64_t now_ms)
{
    bool live = is_live(h, &t->endpoint);
    for (size_t i = 0; i < h->flying_len; i++)
        assert_true(t->beside || !same_address(&h->flying[i].endpoint, &t->endpoint));
    h->times[t->place]++;
    h->started++;
    int64_t silent_ms = h->slow_ms && t->endpoint.address.bytes[3] == 2 ? h->slow_ms : h->silent_ms;
    h->flying[h->flying_len] = (struct played){ .endpoint = t->endpoint, .end_ms = now_ms + (live ? 20 : silent_ms) };
    h->turns[h->flying_len++] = *t;
    if (live) {
        pacer_answered(h->p, now_ms, &t->endpoint);
        h->starts_before_last_live = h->started;
    }
}

static void play_halves(struct halves *h, const struct pace_limits *limits, size_t room)
{
    struct error e;
    struct pace_source source = { .next = next_listed, .self = h->list, .again = list_again };
    int64_t now_ms = 1000;
    h->p = pacer_new(limits, &source, room, 7, &e);
    assert_non_null(h->p);
    for (unsigned calls = 0;; calls++) {
        struct turn t;
        int64_t until_ms = 0;
        const char *why = NULL;
        assert_true(calls < 1000000);
        land(h, now_ms);
        enum pace_answer answer = pacer_next(h->p, now_ms, &t, &until_ms, &why);
        if (answer == PACE_END)
            break;
        h->took_ms = now_ms - 1000;
        if (answer == PACE_GO)
            fly(h, &t, now_ms);
        else if (answer == PACE_SKIP)
            h->times[t.place]++;
        else
            now_ms = until_ms + (int64_t)random_below(&h->random, 5);
    }
    pacer_free(h->p);
}

static void list_shuffled(struct listed *l, struct random *r, int addresses, int ports, bool with_skips)
{
    l->len = l->at = 0;
    for (int i = 0; i < addresses * ports; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.0.0.%d", i % addresses);
        list(l, text, (uint16_t)(1 + i / addresses));
        if (with_skips && random_below(r, 10) == 0)
            l->skip[l->len - 1] = "no";
    }
    for (size_t i = l->len - 1; i > 0; i--) {
        size_t k = (size_t)random_below(r, i + 1);
        struct endpoint e = l->turns[i].endpoint;
        l->turns[i].endpoint = l->turns[k].endpoint;
        l->turns[k].endpoint = e;
    }
}

/* All are asked once, whatever the room, the rate, and how many are silent. */
static void silent_ones_are_never_left_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        static struct listed l;
        static struct halves h;
        struct random r = { seed };
        struct pace_limits limits = { .all_per_second = (double)(20 + random_below(&r, 2000)), .net_per_second = 1e5 };
        limits.address_per_second = 2 + (double)random_below(&r, 100);
        list_shuffled(&l, &r, 1 + (int)random_below(&r, 60), 1 + (int)random_below(&r, 30), true);
        h = (struct halves){ .list = &l, .random = r, .silent_ms = 2000, .live_every = 8 };
        play_halves(&h, &limits, 1 + (size_t)random_below(&r, seed % 2 ? 20 : 3000));
        for (size_t i = 0; i < l.len; i++)
            if (h.times[i] != 1)
                fail_msg("seed %llu: place %zu was handed out %u times", (unsigned long long)seed, i, h.times[i]);
    }
}

/* And those that answer have been asked before most of the silence. */
static void silent_ones_come_last(void **state)
{
    static struct listed l;
    static struct halves h;
    struct random r = { 5 };
    struct pace_limits limits = { .all_per_second = 100, .net_per_second = 1e5, .address_per_second = 20 };
    (void)state;
    list_shuffled(&l, &r, 80, 40, false); /* 10 of 80 addresses live: 400 of 3,200 endpoints */
    h = (struct halves){ .list = &l, .random = r, .silent_ms = 2000, .live_every = 8 };
    play_halves(&h, &limits, 32768);
    assert_int_equal(h.started, 3200);
    assert_in_range(h.starts_before_last_live, 400, 400 + 70 * SILENT_PORTS + 100 * WINDOW_MS / 1000 * 2);
}

/* All ports of a /24 of which few addresses answer take what the rate takes: nobody is left with a queue of his own at
 * the end, and the pace of the network is no bound where it has little to answer. */
static void a_silent_network_takes_what_the_rate_takes(void **state)
{
    static struct listed l;
    static struct halves h;
    struct random r = { 5 };
    (void)state;
    list_shuffled(&l, &r, 254, 51, false);
    h = (struct halves){ .list = &l, .random = r, .silent_ms = 1250, .live_every = 25 };
    play_halves(&h, &POLITE, 32768);
    assert_int_equal(h.started, 254 * 51);
    assert_in_range(h.took_ms, 254 * 51 * 10 - 1000, 254 * 51 * 10 * 105 / 100);
}

/* One that was too slow to be put last with the others (one after the other, it would take 192 s) does not hold up the
 * end, which is that of the one address that answers, at its two a second. */
static void silence_that_is_late_holds_up_nobody(void **state)
{
    static struct listed l;
    static struct halves h;
    struct random r = { 5 };
    (void)state;
    list_shuffled(&l, &r, 6, 64, false);
    h = (struct halves){ .list = &l, .random = r, .silent_ms = 700, .slow_ms = 3000, .live_every = 1000 };
    play_halves(&h, &POLITE, 32768);
    assert_int_equal(h.started, 6 * 64);
    assert_in_range(h.took_ms, 63 * 500, 63 * 500 + 500);
}

/* ---- an address that drops all but a few ports ----------------------------------------------------- */

enum { DROP_PORTS = 64, DROP_TRIP_MS = 20, DROP_TALK_MS = 700 };

struct dropping {
    struct turn turns[DROP_PORTS];
    int64_t start_ms[DROP_PORTS], talks_ms[DROP_PORTS]; /* -1: not yet */
    bool ended[DROP_PORTS], heard[DROP_PORTS];
    size_t started, talking;
    bool spoken;
    int64_t last_start_ms;
};

static bool speaks(const struct turn *t)
{
    return t->place == 31 || t->place == 32 || t->place == 60;
}

/* One step of a turn that is out; the conversations never overlap. */
static void step(struct dropping *d, struct pacer *p, size_t i, int64_t now_ms)
{
    struct turn *t = &d->turns[i];
    if (d->ended[i] || now_ms < d->start_ms[i] + (speaks(t) ? DROP_TRIP_MS : 2000))
        return;
    if (!speaks(t)) {
        pacer_silent(p, now_ms, t);
        d->ended[i] = true;
    } else if (d->talks_ms[i] < 0) {
        if (t->beside && !d->heard[i])
            pacer_answered(p, now_ms, &t->endpoint);
        d->heard[i] = d->spoken = true;
        d->talks_ms[i] = pacer_speaks(p, now_ms, t) ? now_ms : -1;
        d->talking += d->talks_ms[i] >= 0;
        assert_true(d->talking <= 1);
    } else if (now_ms >= d->talks_ms[i] + DROP_TALK_MS) {
        d->talking--;
        d->ended[i] = true;
    }
    if (d->ended[i])
        pacer_done(p, now_ms, t);
}

static void out(struct dropping *d, const struct turn *t, int64_t now_ms)
{
    int64_t apart_ms = t->beside && !d->spoken ? 500 / PACE_SILENT_ADDRESS_SHARE : 500;
    assert_true(d->started < DROP_PORTS && (!d->started || now_ms - d->last_start_ms >= apart_ms));
    for (size_t i = 0; i < d->started; i++)
        assert_true(t->beside || d->ended[i] || d->turns[i].beside);
    assert_false(d->talking);
    d->turns[d->started] = *t;
    d->start_ms[d->started] = d->last_start_ms = now_ms;
    d->talks_ms[d->started++] = -1;
}

/* Nobody waits for the end of what nobody answers; who does speak is spoken to one after the other, at the full pace. */
static void a_silent_address_takes_seconds(void **state)
{
    static struct listed l;
    static struct dropping d;
    struct error e;
    struct pace_source source = { .next = next_listed, .self = &l, .again = list_again };
    (void)state;
    for (int spoken = 0; spoken < 2; spoken++) {
        l.len = l.at = 0;
        d = (struct dropping){ 0 };
        for (uint16_t port = 1; port <= DROP_PORTS; port++)
            list(&l, "10.0.0.9", port);
        for (size_t i = 0; !spoken && i < l.len; i++)
            l.turns[i].place += 100; /* so that none speaks */
        struct pacer *p = pacer_new(&POLITE, &source, 32768, 7, &e);
        int64_t now_ms = 1000;
        for (enum pace_answer answer = PACE_WAIT; answer != PACE_END;) {
            struct turn t;
            int64_t until_ms = now_ms + 1;
            const char *why = NULL;
            for (size_t i = 0; i < d.started; i++)
                step(&d, p, i, now_ms);
            answer = pacer_next(p, now_ms, &t, &until_ms, &why);
            if (answer == PACE_GO)
                out(&d, &t, now_ms);
            else
                now_ms += 5;
        }
        pacer_free(p);
        assert_int_equal(d.started, DROP_PORTS);
        if (!spoken)
            assert_in_range(now_ms - 1000, 3 * 2000 + 60 * 125, 3 * 2000 + 61 * 125 + 500);
        else /* 28 before the first that speaks */
            assert_in_range(now_ms - 1000, 3 * 2000 + 28 * 125 + 32 * 500, 3 * 2000 + 28 * 125 + 33 * 500 + 3 * DROP_TALK_MS);
    }
}

/* ---- the clock of the loops ---------------------------------------------------------------------- */

enum { TICK_MS = 4, LOOPS_MAX = 4, STARTS_A_TURN = 32 };

/* Endpoints without end, each in a network of its own, or all in one. */
struct endless {
    uint32_t at;
    bool one_network;
    unsigned starts;
};

static bool next_endless(void *self, struct turn *ret, const char **ret_skip)
{
    struct endless *s = self;
    uint32_t i = s->at++, host = s->one_network ? 10u << 24 | i % 250 : 10u << 24 | (i & 0xffff) << 8 | i >> 16;
    *ret = (struct turn){ .place = i, .endpoint = { .port = 80, .address = { .family = 4 } } };
    for (int b = 0; b < 4; b++)
        ret->endpoint.address.bytes[b] = (uint8_t)(host >> (24 - 8 * b));
    *ret_skip = NULL;
    return true;
}

/* When a loop that was told to sleep until `until_ms` looks again: at the end of that tick, now and then a few
 * ticks later, rarely after it was held up for longer than any credit. */
static int64_t wakes_at(struct random *r, int64_t until_ms)
{
    uint64_t luck = random_below(r, 1000);
    int64_t end_ms = until_ms / TICK_MS * TICK_MS + TICK_MS;
    return end_ms + (luck < 1 ? 80 : luck < 100 ? TICK_MS * (int64_t)random_below(r, 9) : 0);
}

/* One turn of one feeder; false where it has to sleep, until *ret_until_ms. Visits end at once. */
static bool feed_turn(struct pacer *p, struct endless *s, int64_t now_ms, bool answered, int64_t *ret_until_ms)
{
    for (unsigned i = 0; i < STARTS_A_TURN; i++) {
        struct turn t;
        const char *why = NULL;
        if (pacer_next(p, now_ms, &t, ret_until_ms, &why) != PACE_GO)
            return false;
        s->starts++;
        if (answered)
            pacer_answered(p, now_ms, &t.endpoint);
        pacer_done(p, now_ms, &t);
    }
    *ret_until_ms = now_ms;
    return true;
}

/* How many start from from_ms to to_ms on so many loops. */
static unsigned starts_between(struct pacer *p, struct endless *s, unsigned loops, bool answered, int64_t from_ms, int64_t to_ms)
{
    struct random r = { loops };
    int64_t wake_ms[LOOPS_MAX];
    for (unsigned i = 0; i < loops; i++)
        wake_ms[i] = from_ms + i;
    s->starts = 0;
    for (;;) {
        unsigned first = 0;
        for (unsigned i = 1; i < loops; i++)
            if (wake_ms[i] < wake_ms[first])
                first = i;
        int64_t now_ms = wake_ms[first], until_ms = now_ms;
        if (now_ms >= to_ms)
            return s->starts;
        while (feed_turn(p, s, now_ms, answered, &until_ms))
            ;
        wake_ms[first] = wakes_at(&r, until_ms);
    }
}

static struct pacer *endless_pacer(struct endless *s, const struct pace_limits *limits)
{
    struct error e;
    struct pace_source source = { .next = next_endless, .self = s };
    struct pacer *p = pacer_new(limits, &source, 4096, 7, &e);
    assert_non_null(p);
    return p;
}

static void rates_are_held(void **state)
{
    static const double RATES[] = { 50, 100, 333, 1000, 5000, 20000 };
    (void)state;
    for (size_t i = 0; i < sizeof(RATES) / sizeof(RATES[0]); i++) {
        for (unsigned loops = 1; loops <= LOOPS_MAX; loops++) {
            struct endless s = { 0 };
            struct pace_limits limits = { .all_per_second = RATES[i], .net_per_second = 1e6, .address_per_second = 1e6 };
            struct pacer *p = endless_pacer(&s, &limits);
            int64_t for_ms = RATES[i] > 1000 ? 3000 : 20000;
            double got = starts_between(p, &s, loops, false, 1000, 1000 + for_ms) * 1000.0 / (double)for_ms;
            if (got < 0.95 * RATES[i] || got > RATES[i] * (1 + (double)PACE_CREDIT_MS / (double)for_ms) + 0.1)
                fail_msg("--rate %.0f on %u loops: %.1f a second", RATES[i], loops, got);
            pacer_free(p);
        }
    }
}

static void networks_get_their_share(void **state)
{
    (void)state;
    for (unsigned loops = 1; loops <= LOOPS_MAX; loops++) {
        struct endless s = { .one_network = true };
        struct pace_limits limits = { .all_per_second = 10000, .net_per_second = 20, .address_per_second = 1e6 };
        struct pacer *p = endless_pacer(&s, &limits);
        unsigned got = starts_between(p, &s, loops, true, 1000, 21000);
        assert_in_range(got, 20 * 20 * 95 / 100, 20 * 20 + 20 * PACE_CREDIT_MS / 1000 + PACE_SILENT_SHARE);
        pacer_free(p);
    }
}

/* Fifteen connections that nobody answers weigh as much as one that was answered. */
static void silence_costs_a_network_less(void **state)
{
    (void)state;
    struct endless s = { .one_network = true };
    struct pace_limits limits = { .all_per_second = 10000, .net_per_second = 20, .address_per_second = 1e6 };
    struct pacer *p = endless_pacer(&s, &limits);
    unsigned got = starts_between(p, &s, 2, false, 1000, 21000);
    assert_in_range(got, PACE_SILENT_SHARE * 400 * 95 / 100, PACE_SILENT_SHARE * 400 + 20);
    pacer_free(p);
    s = (struct endless){ .one_network = true };
    limits.all_per_second = 100; /* and still each counts for the whole scan */
    p = endless_pacer(&s, &limits);
    assert_in_range(starts_between(p, &s, 2, false, 1000, 21000), 1900, 2005);
    pacer_free(p);
}

static void no_burst_after_a_pause(void **state)
{
    static const double RATES[] = { 50, 1000, 20000 };
    (void)state;
    for (size_t i = 0; i < sizeof(RATES) / sizeof(RATES[0]); i++) {
        struct endless s = { 0 };
        struct pace_limits limits = { .all_per_second = RATES[i], .net_per_second = RATES[i], .address_per_second = 1e6 };
        struct pacer *p = endless_pacer(&s, &limits);
        int64_t until_ms;
        starts_between(p, &s, 1, false, 1000, 2000);
        s.starts = 0;
        while (feed_turn(p, &s, 62000, false, &until_ms)) /* a minute later */
            ;
        assert_in_range(s.starts, 1, RATES[i] * PACE_CREDIT_MS / 1000 + 1);
        assert_in_range(starts_between(p, &s, 1, false, 62000 + TICK_MS, 63000), RATES[i] * 0.9, RATES[i] + 1);
        pacer_free(p);
    }
}

/* The answers come a round trip later; what has started meanwhile is paid for afterwards. */
static void answers_that_take_their_time(void **state)
{
    enum { TRIP_MS = 300, LONG_MS = 30000 };
    struct endless s = { .one_network = true };
    struct pace_limits limits = { .all_per_second = 100, .net_per_second = 20, .address_per_second = 1e6 };
    struct pacer *p = endless_pacer(&s, &limits);
    static struct endpoint on_the_way[LONG_MS];
    static int64_t due_ms[LONG_MS];
    size_t sent = 0, heard = 0;
    (void)state;
    for (int64_t now_ms = 1000; now_ms < 1000 + LONG_MS; now_ms += TICK_MS) {
        struct turn t;
        int64_t until_ms;
        const char *why = NULL;
        for (; heard < sent && due_ms[heard] <= now_ms; heard++)
            pacer_answered(p, now_ms, &on_the_way[heard]);
        while (pacer_next(p, now_ms, &t, &until_ms, &why) == PACE_GO) {
            assert_true(sent < LONG_MS);
            due_ms[sent] = now_ms + TRIP_MS;
            on_the_way[sent++] = t.endpoint;
            pacer_done(p, now_ms, &t);
        }
    }
    /* 20 a second, and what a round trip of the whole scan's pace holds. */
    assert_in_range(heard, 20 * LONG_MS / 1000 * 95 / 100, 20 * LONG_MS / 1000 + 100 * TRIP_MS / 1000);
    pacer_free(p);
}

/* Ports that were asked under one name: known under all others. */
struct asked {
    bool ports[65536];
};

static bool was_asked(void *self, const struct endpoint *e, const char **ret_why)
{
    struct asked *a = self;
    if (a->ports[e->port])
        *ret_why = KNOWN;
    return a->ports[e->port];
}

/* Two hundred names on one address, twenty ports each: four thousand turns at two a second would take more
 * than half an hour; what is known costs nothing, also where it waited already. */
static void known_turns_cost_no_pace(void **state)
{
    static struct listed l;
    static struct asked asked;
    (void)state;
    l.len = l.at = 0;
    for (uint16_t i = 0; i < TURNS_MAX; i++)
        list(&l, "10.0.0.5", (uint16_t)(1000 + i % 20));
    struct pace_source source = { .next = next_listed, .self = &l, .known = was_asked, .known_self = &asked };
    for (size_t waiting = 10; waiting <= TURNS_MAX; waiting *= 20) {
        memset(&asked, 0, sizeof(asked));
        l.at = 0;
        for (uint16_t port = 1000; port < 1020; port++)
            asked.ports[port] = port % 2;
        struct scan *s = play_from(&l, source, &POLITE, waiting, 100);
        assert_int_equal(s->skipped, TURNS_MAX / 2);
        done(s);
    }
    memset(&asked, 1, sizeof(asked));
    l.at = 0;
    struct scan *s = play_from(&l, source, &POLITE, TURNS_MAX, 100);
    assert_int_equal(s->skipped, TURNS_MAX);
    assert_int_equal(s->now_ms, 1000);
    done(s);
}

/* What becomes known while others wait for the address lets all of them go at once. */
static void those_that_wait_learn_it(void **state)
{
    static struct listed l;
    static struct asked asked;
    struct error e;
    struct turn t;
    int64_t until_ms;
    const char *why;
    size_t skipped = 0;
    (void)state;
    l.len = l.at = 0;
    memset(&asked, 0, sizeof(asked));
    for (size_t i = 0; i < 1000; i++)
        list(&l, "10.0.0.5", 80);
    struct pace_source source = { .next = next_listed, .self = &l, .known = was_asked, .known_self = &asked };
    struct pacer *p = pacer_new(&POLITE, &source, TURNS_MAX, 7, &e);
    assert_int_equal(pacer_next(p, 1000, &t, &until_ms, &why), PACE_GO);
    for (int64_t now_ms = 1010; now_ms < 1200; now_ms += 50)
        assert_int_equal(pacer_next(p, now_ms, &t, &until_ms, &why), PACE_WAIT);
    asked.ports[80] = true;
    pacer_done(p, 1200, &t);
    enum pace_answer answer;
    while ((answer = pacer_next(p, 1600, &t, &until_ms, &why)) == PACE_SKIP)
        skipped++;
    assert_int_equal(answer, PACE_END);
    assert_int_equal(skipped, 999);
    pacer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_in_one_bucket),
        cmocka_unit_test(one_conversation_with_each_of_65536),
        cmocka_unit_test(silent_ones_are_never_left_out),
        cmocka_unit_test(silent_ones_come_last),
        cmocka_unit_test(a_silent_network_takes_what_the_rate_takes),
        cmocka_unit_test(a_silent_address_takes_seconds),
        cmocka_unit_test(silence_that_is_late_holds_up_nobody),
        cmocka_unit_test(rates_are_held),
        cmocka_unit_test(networks_get_their_share),
        cmocka_unit_test(silence_costs_a_network_less),
        cmocka_unit_test(no_burst_after_a_pause),
        cmocka_unit_test(answers_that_take_their_time),
        cmocka_unit_test(one_address_many_ports),
        cmocka_unit_test(a_long_visit_keeps_its_address),
        cmocka_unit_test(one_network),
        cmocka_unit_test(the_whole_scan),
        cmocka_unit_test(sixth_version_networks),
        cmocka_unit_test(loopback_has_no_pace),
        cmocka_unit_test(skipped_ones_cost_no_time),
        cmocka_unit_test(known_turns_cost_no_pace),
        cmocka_unit_test(those_that_wait_learn_it),
        cmocka_unit_test(little_room_to_wait),
        cmocka_unit_test(one_more_connection),
        cmocka_unit_test(more_connections_of_one_network),
        cmocka_unit_test(silence_counts_less),
        cmocka_unit_test(mixtures),
        cmocka_unit_test(entries_are_reused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
