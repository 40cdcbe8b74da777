#include "sweep/knocker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/writer.h"

enum { WAIT_MAX_US = 10000, TEXT_BYTES = 240, MESSAGE_BYTES = 5 + SWEEP_PLACES_BYTES };

const struct ask KNOCK_ASK = { .name = "knock.syn", .why = "whether anybody is there; a TCP SYN without a payload" };

struct knocker {
    struct knocker_config config;
    struct knock *knock;
    pthread_t thread;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void told(void *self, const struct sweep_places *p)
{
    struct knocker *k = self;
    uint8_t bytes[MESSAGE_BYTES];
    struct writer w = writer_over(bytes, sizeof(bytes));
    writer_u8(&w, SWEEP_PLACES);
    writer_le(&w, SWEEP_PLACES_BYTES, 4);
    sweep_places_put(p, bytes + w.len);
    k->config.write(k->config.self, span_of(bytes, sizeof(bytes)));
    struct sweep_progress *progress = k->config.progress;
    atomic_fetch_add(p->end == PLACES_LEFT_OUT ? &progress->skipped : &progress->done, p->count);
}

static void sent(void *self, const struct endpoint *e)
{
    struct knocker *k = self;
    k->config.sent(k->config.self, e);
}

/* Connections that the lanes begin count in the rate, too. */
static void *run(void *arg)
{
    struct knocker *k = arg;
    uint64_t charged = 0;
    int64_t wait_us = 0;
    while (wait_us >= 0 && !atomic_load_explicit(&k->config.progress->stop, memory_order_relaxed)) {
        uint64_t connections = atomic_load_explicit(&k->config.progress->connections, memory_order_relaxed);
        knock_charge(k->knock, connections - charged);
        charged = connections;
        if (wait_us > 0)
            knock_socket_wait(k->config.socket, wait_us < WAIT_MAX_US ? wait_us : WAIT_MAX_US);
        wait_us = knock_step(k->knock, now_us());
    }
    return NULL;
}

struct knocker *knocker_start(const struct knocker_config *config, struct error *e)
{
    struct knocker *k = calloc(1, sizeof(*k));
    if (!k) {
        error_set(e, "no memory for the thread that knocks");
        return NULL;
    }
    k->config = *config;
    struct knock_config knock = { .places = config->places,
                                  .line = knock_socket_line(config->socket),
                                  .per_second = config->per_second,
                                  .answered_per_second = config->answered_per_second,
                                  .seed = config->seed, .told = told,
                                  .sent = config->sent ? sent : NULL, .self = k };
    k->knock = knock_new(&knock, e);
    if (k->knock && pthread_create(&k->thread, NULL, run, k) == 0)
        return k;
    if (k->knock)
        error_set(e, "a thread could not be started");
    knocker_free(k);
    return NULL;
}

void knocker_join(struct knocker *k)
{
    pthread_join(k->thread, NULL);
}

static void tell_loss(const struct knock_sum *s, void (*tell)(void *self, const struct remark *r), void *self)
{
    char text[TEXT_BYTES];
    uint64_t missed = (uint64_t)(s->missed + 0.5);
    if (s->loss <= 0 || !missed)
        return;
    snprintf(text, sizeof(text),
             "%.1f %% of the packets or their answers were lost; about %llu %s missed in all rounds", s->loss * 100,
             (unsigned long long)missed, missed == 1 ? "endpoint that answers was" : "endpoints that answer were");
    struct remark r = { .kind = REMARK_LOSS, .about = SPAN("single packets"), .text = span_str(text), .count = missed,
                        .incomplete = true };
    tell(self, &r);
}

void knocker_tell(const struct knocker *k, void (*tell)(void *self, const struct remark *r), void *self)
{
    char text[TEXT_BYTES];
    struct knock_sum s = knock_sum(k->knock);
    tell_loss(&s, tell, self);
    if (!s.left_out)
        return;
    snprintf(text, sizeof(text),
             "%llu endpoints of %llu networks were not talked to: %d others of the same network had accepted a "
             "connection already, so something on the way answers for all of them",
             (unsigned long long)s.left_out, (unsigned long long)s.nets_left_out, KNOCK_NET_OPEN_MAX);
    struct remark r = { .kind = REMARK_MIDDLEBOX, .about = SPAN("single packets"), .text = span_str(text),
                        .count = s.left_out, .incomplete = true };
    tell(self, &r);
}

void knocker_free(struct knocker *k)
{
    if (k)
        knock_free(k->knock);
    free(k);
}

struct pace_source knocker_source(struct knocker *k)
{
    return (struct pace_source){ .next = knock_next, .pending = knock_pending, .self = k->knock };
}
