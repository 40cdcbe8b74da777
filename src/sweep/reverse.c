/* The cache is a row of slots, each for the last address that hashed to it. Two visits of one address
 * at once (loopback only: the pacer sees to that) may ask twice, which does no harm. */
#include "sweep/reverse.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"

enum { DNS_PORT = 53 };

struct kept {
    struct address address; /* family 0: free */
    bool confirmed;
    char name[DNS_TEXT_MAX];
};

struct reverse {
    struct reverse_servers servers;
    pthread_mutex_t lock; /* of `kept` */
    uint64_t key0, key1;
    struct kept *kept;
    _Atomic unsigned lost_in_a_row;
};

void reverse_servers_read(struct span text, struct reverse_servers *ret)
{
    ret->len = 0;
    while (text.len && ret->len < REVERSE_SERVERS_MAX) {
        struct span line = span_trim(span_cut(&text, '\n'));
        struct endpoint *e = &ret->at[ret->len];
        if (!span_starts(line, SPAN("nameserver")))
            continue;
        struct span where = span_trim(span_from(line, sizeof("nameserver") - 1));
        *e = (struct endpoint){ .port = DNS_PORT };
        ret->len += address_parse(where, &e->address);
    }
}

struct reverse *reverse_new(const struct reverse_servers *servers, struct error *e)
{
    struct reverse *r = calloc(1, sizeof(*r));
    if (r)
        r->kept = calloc(REVERSE_KEPT_MAX, sizeof(*r->kept));
    if (!r || !r->kept) {
        free(r);
        error_set(e, "no memory for reverse names");
        return NULL;
    }
    r->servers = *servers;
    r->key0 = random_seed();
    r->key1 = random_seed();
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void reverse_free(struct reverse *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r->kept);
    free(r);
}

bool reverse_lost(const struct reverse *r)
{
    return atomic_load(&((struct reverse *)r)->lost_in_a_row) >= REVERSE_LOST_MAX;
}

/* ---- cache ---- */

static struct kept *slot_of(struct reverse *r, const struct address *a)
{
    uint64_t h = siphash(r->key0 + a->family, r->key1, span_of(a->bytes, a->family == 4 ? 4 : 16));
    return &r->kept[h % REVERSE_KEPT_MAX];
}

static bool recall(struct reverse *r, const struct address *a, struct kept *ret)
{
    pthread_mutex_lock(&r->lock);
    *ret = *slot_of(r, a);
    pthread_mutex_unlock(&r->lock);
    return ret->address.family == a->family && address_compare(&ret->address, a) == 0;
}

static void keep(struct reverse *r, const struct kept *k)
{
    pthread_mutex_lock(&r->lock);
    *slot_of(r, &k->address) = *k;
    pthread_mutex_unlock(&r->lock);
}

/* ---- one question ---- */

static int open_socket(const struct endpoint *server)
{
    struct sockaddr_storage to = { 0 };
    socklen_t len = sizeof(struct sockaddr_in);
    if (server->address.family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
        *v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(server->port) };
        memcpy(&v4->sin_addr, server->address.bytes, 4);
    } else {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&to;
        *v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(server->port) };
        memcpy(&v6->sin6_addr, server->address.bytes, 16);
        len = sizeof(*v6);
    }
    int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, len) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Waits for the answer. A port that refuses ends it at once. */
static bool hear(struct fiber_loop *loop, struct fiber_watch *watch, int fd,
                 const struct dns_question *q, const struct address *wanted, struct dns_answer *ret)
{
    uint8_t message[DNS_MESSAGE_MAX];
    int64_t deadline_ms = fiber_now(loop) + REVERSE_WAIT_MS;
    for (unsigned heard = 0; heard < REVERSE_DATAGRAMS_MAX;) {
        ssize_t n = recv(fd, message, sizeof(message), 0);
        if (n >= 0) {
            heard++;
            if (dns_read(q, span_of(message, (size_t)n), wanted, ret))
                return true;
        } else if (errno == EAGAIN || errno == EINTR) {
            if (!fiber_wait(loop, watch, deadline_ms))
                return false;
        } else {
            return false;
        }
    }
    return false;
}

static bool ask_server(struct fiber_loop *loop, const struct reverse_ear *ear,
                       const struct endpoint *server, struct dns_question *q,
                       const struct address *wanted, struct dns_answer *ret)
{
    uint8_t buffer[DNS_MESSAGE_MAX];
    struct fiber_watch watch = { 0 };
    q->id = (uint16_t)random_seed(); /* not to be guessed, as the port that the kernel chooses */
    struct span message = dns_message(q, buffer, sizeof(buffer));
    int fd = message.len ? open_socket(server) : -1;
    if (fd < 0)
        return false;
    bool ok = fiber_watch(loop, &watch, fd) && send(fd, message.at, message.len, MSG_NOSIGNAL) == (ssize_t)message.len;
    if (ok && ear && ear->sent)
        ear->sent(ear->self, server, q->ask, message);
    ok = ok && hear(loop, &watch, fd, q, wanted, ret);
    close(fd);
    return ok;
}

/* Each server once, until one answers. */
static bool ask(struct reverse *r, struct fiber_loop *loop, const struct reverse_ear *ear,
                struct dns_question *q, const struct address *wanted, struct dns_answer *ret)
{
    for (size_t i = 0; i < r->servers.len && !reverse_lost(r); i++) {
        if (ask_server(loop, ear, &r->servers.at[i], q, wanted, ret)) {
            atomic_store(&r->lost_in_a_row, 0);
            return true;
        }
        atomic_fetch_add(&r->lost_in_a_row, 1);
    }
    return false;
}

/* ---- one address ---- */

/* False where nobody answered: then it is not remembered. */
static bool find_name(struct reverse *r, struct fiber_loop *loop, const struct reverse_ear *ear,
                      const struct address *a, struct kept *ret)
{
    struct dns_question q;
    struct dns_answer answer;
    *ret = (struct kept){ .address = *a };
    dns_ask_name(&q, 0, a);
    if (!ask(r, loop, ear, &q, NULL, &answer))
        return false;
    memcpy(ret->name, answer.name, sizeof(ret->name));
    if (ret->name[0] && dns_ask_address(&q, 0, span_str(ret->name), a) && ask(r, loop, ear, &q, a, &answer))
        ret->confirmed = answer.has_address;
    return true;
}

void reverse_add_facts(struct reverse *r, struct fiber_loop *loop, const struct reverse_ear *ear,
                       struct visit *v)
{
    struct kept k;
    const struct address *a = &v->endpoint.address;
    if (v->observations.len == 0)
        return;
    if (!recall(r, a, &k)) {
        if (reverse_lost(r) || !find_name(r, loop, ear, a, &k))
            return;
        keep(r, &k);
    }
    for (size_t i = 0; k.name[0] && i < v->observations.len; i++) {
        fact_text(&v->observations.at[i], "reverse.name", span_str(k.name), NULL, SPAN_NONE);
        fact_bool(&v->observations.at[i], "reverse.confirmed", k.confirmed, NULL, SPAN_NONE);
    }
}
