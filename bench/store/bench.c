/* Measures the store through its own door: how fast visits are stored, and what they weigh.
 *
 *     bench fill DB N      two scans of N endpoints that all answer and have one finding each; in the
 *                          second 1 % look different, 1 % are closed, 1 % are silent, 1 % are new
 *     bench closed DB N    one scan of N endpoints of which none answers
 *
 * Prints "NAME VALUE" lines; "per second" is of processor time. Commits every 500 visits, which is
 * what a fast scan brings in the 50 ms between two commits of the keeper. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/random.h"
#include "store/store.h"

enum { ARENA_BYTES = 1 << 20, COMMIT_EVERY = 500 };

static void die(const struct error *e)
{
    fprintf(stderr, "bench: %s\n", e->text);
    exit(1);
}

/* Processor time, so that a busy machine does not blur the figures. */
static double now_s(void)
{
    struct timespec t = { 0 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct endpoint endpoint_at(uint64_t i)
{
    return (struct endpoint){
        .address = { 4, { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } },
        .port = (uint16_t)(6379 + (i >> 24))
    };
}

static void see_redis(struct visit *v, uint64_t i, bool other)
{
    struct observation *o = visit_observe(v, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->at_ms = 1800000000000;
    fact_text(o, "auth", SPAN("none"), "redis.info",
              SPAN("# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:00000000"));
    fact_text(o, "version", other ? SPAN("7.2.4") : SPAN("7.0.15"), "redis.info",
              SPAN("redis_version:7.0.15"));
    fact_text(o, "mode", SPAN("standalone"), "redis.info", SPAN("redis_mode:standalone"));
    fact_text(o, "role", SPAN("master"), "redis.info", SPAN("role:master"));
    fact_bool(o, "writable", true, "redis.info", SPAN("role:master"));
    fact_text(o, "os", SPAN("Linux 6.1.0-26-amd64 x86_64"), "redis.info",
              SPAN("os:Linux 6.1.0-26-amd64 x86_64"));
    fact_number(o, "replicas", 0, "redis.info", SPAN("connected_slaves:0"));
    fact_bool(o, "cluster", false, "redis.info", SPAN("cluster_enabled:0"));
    observation_collect(o, SPAN("db0"), (int64_t)(i % 5000), COUNT_UNKNOWN, COUNT_UNKNOWN);
}

static struct finding open_store(const struct visit *v, uint64_t i)
{
    struct finding f = {
        .rule = "open-store",
        .title = "Data can be reached without a password",
        .severity = i % 100 ? SEVERITY_HIGH : SEVERITY_CRITICAL,
        .endpoint = v->endpoint,
        .product = "redis",
        .version = SPAN("7.0.15"),
        .why = SPAN(
            "redis 7.0.15 at 10.0.0.1:6379 answered without a password: 1 collection, 1,234 records."),
        .fix = SPAN("redis-cli CONFIG SET requirepass 'A-LONG-PASSWORD'")
    };
    for (int half = 0; half < 2; half++)
        snprintf(f.fingerprint + 16 * half, 17, "%016llx",
                 (unsigned long long)siphash(1 + (uint64_t)half, 2, span_of(&i, sizeof(i))));
    return f;
}

/* One visit of scan `round` (0 or 1). */
static void store_one(struct store *s, uint64_t place, int round)
{
    struct arena a;
    struct visit v;
    struct error e;
    bool is_new;
    uint64_t i = place;
    struct endpoint at = endpoint_at(i);
    arena_init(&a, ARENA_BYTES);
    visit_init(&v, &a, &at);
    v.place = place;
    v.refused = (round == 1 && i % 100 == 1) || (round == 0 && i % 100 == 3);
    bool silent = round == 1 && i % 100 == 2;
    v.answered = !v.refused && !silent;
    v.why = v.refused ? "the connection was refused" : silent ? "nothing answered in time" : NULL;
    struct finding f = { 0 };
    if (v.answered) {
        see_redis(&v, i, round == 1 && i % 100 == 4);
        f = open_store(&v, i);
    }
    if (!store_visit(s, &v, &f, v.answered, 1800000000000 + round * 86400000ll, &is_new, &e))
        die(&e);
    arena_release(&a);
}

static double store_scan(struct store *s, uint64_t count, int round)
{
    struct scan_plan plan = {
        .seed = 1, .total = count, .plan = SPAN("target 10.0.0.0/8\n"), .version = "bench"
    };
    struct error e;
    int64_t id;
    double began = now_s();
    if (!store_scan_begin(s, &plan, 1800000000000 + round * 86400000ll, &id, &e))
        die(&e);
    for (uint64_t i = 0; i < count; i++) {
        store_one(s, i, round);
        if (i % COMMIT_EVERY == 0 && !store_commit(s, &e))
            die(&e);
    }
    if (!store_scan_end(s, SCAN_COMPLETE, NULL, 1800000000000 + round * 86400000ll, &e))
        die(&e);
    return now_s() - began;
}

static void fill(struct store *s, uint64_t count)
{
    double first = store_scan(s, count, 0);
    printf("first_visits_per_second %.0f\n", (double)count / first);
    double second = store_scan(s, count, 1);
    printf("again_visits_per_second %.0f\n", (double)count / second);
}

/* Places come in a window, as from many conversations at once. */
static void closed(struct store *s, uint64_t count)
{
    struct scan_plan plan = {
        .seed = 1, .total = count, .plan = SPAN("target 10.0.0.0/8\n"), .version = "bench"
    };
    struct error e;
    struct random r = { 3 };
    int64_t id;
    uint64_t window[1024];
    bool is_new;
    double began = now_s();
    if (!store_scan_begin(s, &plan, 1800000000000, &id, &e))
        die(&e);
    for (uint64_t i = 0; i < 1024; i++)
        window[i] = i;
    for (uint64_t next = 1024, left = 1024, done = 0; left; done++) {
        uint64_t k = random_below(&r, left), place = window[k];
        struct endpoint at = endpoint_at(place);
        struct visit v = {
            .endpoint = at, .place = place, .refused = true, .why = "the connection was refused"
        };
        window[k] = next < count ? next++ : window[--left];
        if (!store_visit(s, &v, NULL, 0, 1800000000000, &is_new, &e) ||
            (done % COMMIT_EVERY == 0 && !store_commit(s, &e)))
            die(&e);
    }
    if (!store_scan_end(s, SCAN_COMPLETE, NULL, 1800000000000, &e))
        die(&e);
    printf("closed_visits_per_second %.0f\n", (double)count / (now_s() - began));
}

int main(int argc, char **argv)
{
    struct error e;
    uint64_t count;
    struct stat st;
    if (argc != 4 || !span_u64(span_str(argv[3]), 1u << 30, &count) || count < 1024) {
        fputs("usage: bench fill|closed DB N\n", stderr);
        return 2;
    }
    struct store *s = store_open(argv[2], STORE_WRITE, &e);
    if (!s)
        die(&e);
    if (strcmp(argv[1], "fill") == 0)
        fill(s, count);
    else
        closed(s, count);
    store_close(s);
    if (stat(argv[2], &st) == 0)
        printf("bytes_per_million %.0f\n", (double)st.st_size * 1e6 / (double)count);
    return 0;
}
