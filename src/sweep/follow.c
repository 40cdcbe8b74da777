/* Places of what is followed are made from the endpoint, so that a scan that goes on makes the same of it again. Two
 * that share one by chance (one in eight million for FOLLOW_MAX of them) would be asked once: the second is left out.
 * */
#include "sweep/follow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"

enum { TEXT_BYTES = 160 };

struct follow {
    pthread_mutex_t lock;
    struct follow_config config;
    struct turn at[FOLLOW_MAX];
    size_t len, round_end, next; /* all that were taken; of the running round; handed out of it */
    struct peer_place example;         /* of those outside: the first */
    char example_host[ENDPOINT_NAME_MAX];
    size_t outside, beyond, done;
};

struct follow *follow_new(const struct follow_config *c, struct error *e)
{
    struct follow *f = calloc(1, sizeof(*f));
    if (!f) {
        error_set(e, "no memory for what is followed");
        return NULL;
    }
    pthread_mutex_init(&f->lock, NULL);
    f->config = *c;
    return f;
}

void follow_free(struct follow *f)
{
    if (f)
        pthread_mutex_destroy(&f->lock);
    free(f);
}

static uint64_t place_of(const struct follow *f, const struct endpoint *e)
{
    char text[ENDPOINT_CALLED_MAX];
    return PLACE_FOLLOWED | (siphash(f->config.seed, 0x666f6c6c6f77u, span_str(endpoint_called(e, text))) & UINT32_MAX);
}

static void take_endpoint(struct follow *f, const struct endpoint *e)
{
    uint64_t place = place_of(f, e);
    for (size_t i = 0; i < f->len; i++)
        if (f->at[i].place == place)
            return;
    if (f->config.is_done(f->config.self, place)) {
        f->done++; /* before the interruption; named again by each visit of then, so no exact count */
        return;
    }
    if (f->len < FOLLOW_MAX)
        f->at[f->len++] = (struct turn){ .endpoint = *e, .place = place };
    else
        f->beyond++;
}

static void note_outside(struct follow *f, const struct peer_place *p)
{
    if (!f->outside++) {
        memcpy(f->example_host, p->host.at, p->host.len);
        f->example = (struct peer_place){ span_of(f->example_host, p->host.len), p->port };
    }
}

static void take_list(struct follow *f, struct span list)
{
    struct peer_place p;
    for (size_t n = 0; n < FOLLOW_NAMED_MAX && peer_next(&list, &p); n++) {
        struct endpoint found[FOLLOW_AT_A_NAME];
        size_t len = 0;
        switch (f->config.find(f->config.self, &p, found, &len)) {
        case FOLLOW_YES:
            for (size_t i = 0; i < len; i++)
                take_endpoint(f, &found[i]);
            break;
        case FOLLOW_OUTSIDE:
            note_outside(f, &p);
            break;
        case FOLLOW_ASKED:
            break;
        }
    }
}

void follow_visit(struct follow *f, const struct visit *v)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < v->observations.len; i++) {
        take_list(f, fact_get_text(&v->observations.at[i], "peers"));
        take_list(f, fact_get_text(&v->observations.at[i], "master"));
    }
    pthread_mutex_unlock(&f->lock);
}

bool follow_begin(struct follow *f)
{
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->config.before_len; i++)
        take_list(f, f->config.before[i]);
    f->config.before_len = 0;
    f->next = f->round_end;
    f->round_end = f->len;
    bool any = f->next < f->round_end;
    pthread_mutex_unlock(&f->lock);
    return any;
}

bool follow_next(void *self, struct turn *ret, const char **ret_skip)
{
    struct follow *f = self;
    (void)ret_skip;
    pthread_mutex_lock(&f->lock);
    bool more = f->next < f->round_end;
    if (more)
        *ret = f->at[f->next++];
    pthread_mutex_unlock(&f->lock);
    return more;
}

static void tell_one(void (*tell)(void *self, const struct remark *r), void *self, enum remark_kind kind,
                     const char *text, size_t count)
{
    struct remark r = { .kind = kind, .about = SPAN("what answers name"), .text = span_str(text), .count = count };
    if (count)
        tell(self, &r);
}

void follow_tell(const struct follow *f, void (*tell)(void *self, const struct remark *r), void *self)
{
    char text[TEXT_BYTES + ENDPOINT_NAME_MAX];
    snprintf(text, sizeof(text), f->round_end == 1 ? "%zu endpoint that answers named was asked, too"
                                                   : "%zu endpoints that answers named were asked, too", f->round_end);
    tell_one(tell, self, REMARK_FOLLOWED, text, f->round_end);
    snprintf(text, sizeof(text),
             "%zu times an endpoint was named that is outside of what may be asked, such as %.*s:%u", f->outside,
             SPAN_FMT(f->example.host), f->example.port);
    tell_one(tell, self, REMARK_SCOPE, text, f->outside);
    size_t left = f->len - f->round_end + f->beyond;
    snprintf(text, sizeof(text), "%zu more were named; at most %d endpoints in %d rounds are followed", left,
             FOLLOW_MAX, FOLLOW_ROUNDS);
    tell_one(tell, self, REMARK_CUT, text, left);
}
