#include "sweep/knock_socket.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/random.h"
#include "sweep/knock_link.h"

enum {
    BATCH_MAX = KNOCK_BATCH,
    PACKET_BYTES = 256, /* of what comes; the rest is not looked at */
    BUFFER_BYTES = 32 << 20,
    ROUTE_PORT = 9, /* for a connect() that sends nothing */
    NETS4 = 1 << 24,
    NETS6 = 1 << 16,
    WAYS_MAX = 255,
};

/* Which address of ours networks are reached from. */
struct way {
    struct address from; /* family 0: no way leads there */
    int router;          /* of the link; -1: none */
};

/* A /64 and its way. Another one may take the entry: then the kernel is asked anew. */
struct net6 {
    uint64_t key; /* 0: none */
    uint8_t way;
};

struct knock_socket {
    struct knock_line line; /* first */
    int raw[2];  /* IPv4, IPv6; -1 where there is none */
    int port[2]; /* hold it */
    int route[2];
    struct knock_link *link; /* or NULL */
    uint64_t key0, key1;
    /* Few ways lead to many networks. What finds no room among the first ones lies in the last, and is asked for again
     * and again. */
    struct way ways[WAYS_MAX + 1];
    size_t way_count;
    /* By /24, 1 more than the place of its way, 0: not asked for. Pages that nobody touches cost nothing. */
    uint8_t *nets4;
    struct net6 nets6[NETS6];
    /* Of the batch that is handed over or received. */
    struct sockaddr_storage peers[BATCH_MAX];
    struct iovec bytes[BATCH_MAX];
    struct mmsghdr messages[BATCH_MAX];
    uint8_t received[BATCH_MAX][PACKET_BYTES];
};

static const int FAMILY[2] = { AF_INET, AF_INET6 };

/* ---- rights ---- */

bool knock_socket_allowed(void)
{
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

bool knock_socket_drop_rights(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct rights[2];
    if (syscall(SYS_capget, &head, rights) != 0)
        return false;
    uint32_t raw = 1u << CAP_NET_RAW;
    rights[0].effective &= ~raw;
    rights[0].permitted &= ~raw;
    rights[0].inheritable &= ~raw;
    prctl(PR_CAPBSET_DROP, CAP_NET_RAW); /* refused to whoever may not change the set, who then gains nothing by it */
    return syscall(SYS_capset, &head, rights) == 0;
}

/* ---- addresses ---- */

static socklen_t to_sockaddr(const struct address *a, uint16_t port, struct sockaddr_storage *ret)
{
    *ret = (struct sockaddr_storage){ 0 };
    if (a->family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)ret;
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, a->bytes, sizeof(in->sin_addr));
        return sizeof(*in);
    }
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)ret;
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(port);
    memcpy(&in->sin6_addr, a->bytes, sizeof(in->sin6_addr));
    return sizeof(*in);
}

static struct address from_sockaddr(const struct sockaddr_storage *from)
{
    struct address a = { .family = from->ss_family == AF_INET ? 4 : 6 };
    if (a.family == 4)
        memcpy(a.bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
    else
        memcpy(a.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
    return a;
}

/* Asks the kernel: a UDP socket that is connected sends nothing, and knows its own address. */
static struct address ask_way(const struct knock_socket *s, const struct address *to)
{
    struct sockaddr_storage there, here, nobody = { .ss_family = AF_UNSPEC };
    socklen_t len = to_sockaddr(to, ROUTE_PORT, &there), here_len = sizeof(here);
    int fd = s->route[to->family == 6];
    if (fd < 0 || connect(fd, (struct sockaddr *)&there, len) != 0)
        return (struct address){ 0 };
    bool known = getsockname(fd, (struct sockaddr *)&here, &here_len) == 0;
    connect(fd, (struct sockaddr *)&nobody, sizeof(nobody));
    return known ? from_sockaddr(&here) : (struct address){ 0 };
}

/* The place of the way in s->ways. */
static size_t find_way(struct knock_socket *s, const struct address *to)
{
    struct way found = { .from = ask_way(s, to), .router = s->link ? knock_link_router(s->link, to) : -1 };
    size_t i = 0;
    while (i < s->way_count &&
           (s->ways[i].router != found.router || address_compare(&s->ways[i].from, &found.from) != 0))
        i++;
    s->ways[i] = found;
    s->way_count += i == s->way_count && i < WAYS_MAX;
    return i;
}

static const struct way *way_to(struct knock_socket *s, const struct address *to)
{
    if (to->family == 4) {
        uint8_t *net = &s->nets4[to->bytes[0] << 16 | to->bytes[1] << 8 | to->bytes[2]];
        size_t i = *net ? *net - 1u : find_way(s, to);
        *net = i < WAYS_MAX ? (uint8_t)(i + 1) : 0;
        return &s->ways[i];
    }
    uint64_t key = siphash(s->key0, s->key1, span_of(to->bytes, 8)) | 1;
    struct net6 *net = &s->nets6[key >> 1 & (NETS6 - 1)];
    if (net->key != key || net->way == WAYS_MAX)
        *net = (struct net6){ key, (uint8_t)find_way(s, to) };
    return &s->ways[net->way];
}

static bool socket_source(struct knock_line *self, const struct address *to, struct address *ret)
{
    struct knock_socket *s = (struct knock_socket *)self;
    *ret = way_to(s, to)->from;
    return ret->family == to->family;
}

/* ---- out ---- */

static struct address destination(uint8_t family, struct span packet)
{
    struct address a = { .family = family };
    size_t at = family == 4 ? 16 : 24, len = family == 4 ? 4 : 16;
    memcpy(a.bytes, packet.at + at, len);
    return a;
}

/* The first packets that share a router of the link, by it. */
static size_t send_by_link(struct knock_socket *s, const struct span *packets, size_t count)
{
    int router = -1;
    size_t n = 0;
    for (; n < count; n++) {
        struct address to = destination(4, packets[n]);
        int its = way_to(s, &to)->router;
        if (its < 0 || (n && its != router))
            break;
        router = its;
    }
    return n ? knock_link_send(s->link, router, packets, n) : 0;
}

static size_t socket_send(struct knock_line *self, uint8_t family, const struct span *packets, size_t count,
                          bool *ret_refused)
{
    struct knock_socket *s = (struct knock_socket *)self;
    size_t by_link = s->link && family == 4 ? send_by_link(s, packets, count) : 0;
    if (by_link)
        return by_link;
    count = count < BATCH_MAX ? count : BATCH_MAX;
    for (size_t i = 0; i < count; i++) {
        struct address a = destination(family, packets[i]);
        s->bytes[i] = (struct iovec){ (void *)(uintptr_t)packets[i].at, packets[i].len };
        s->messages[i].msg_hdr = (struct msghdr){ .msg_name = &s->peers[i],
                                                  .msg_namelen = to_sockaddr(&a, 0, &s->peers[i]),
                                                  .msg_iov = &s->bytes[i], .msg_iovlen = 1 };
    }
    int n = sendmmsg(s->raw[family == 6], s->messages, (unsigned)count, MSG_DONTWAIT);
    size_t went = n < 0 ? 0 : (size_t)n;
    bool busy = errno == EAGAIN || errno == ENOBUFS || errno == EINTR || errno == ENOMEM;
    *ret_refused = n < 0 && !busy;
    return went;
}

/* ---- in ---- */

static size_t receive_from(struct knock_socket *s, int which, struct knock_heard *ret, size_t max)
{
    max = max < BATCH_MAX ? max : BATCH_MAX;
    for (size_t i = 0; i < max; i++) {
        s->bytes[i] = (struct iovec){ s->received[i], PACKET_BYTES };
        s->messages[i].msg_hdr = (struct msghdr){ .msg_name = &s->peers[i], .msg_namelen = sizeof(s->peers[i]),
                                                  .msg_iov = &s->bytes[i], .msg_iovlen = 1 };
    }
    int n = recvmmsg(s->raw[which], s->messages, (unsigned)max, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        struct span packet = span_of(s->received[i], s->messages[i].msg_len);
        ret[i] = (struct knock_heard){ from_sockaddr(&s->peers[i]), which == 0 ? knock_segment(packet) : packet };
    }
    return n < 0 ? 0 : (size_t)n;
}

/* IPv6 has its turn where IPv4 leaves nothing waiting; both share the buffers. */
static size_t socket_receive(struct knock_line *self, struct knock_heard *ret, size_t max)
{
    struct knock_socket *s = (struct knock_socket *)self;
    size_t n = 0;
    for (int i = 0; i < 2 && !n; i++)
        n = s->raw[i] >= 0 ? receive_from(s, i, ret, max) : 0;
    return n;
}

void knock_socket_wait(struct knock_socket *s, int64_t wait_us)
{
    struct pollfd p[2] = { { .fd = s->raw[0], .events = POLLIN }, { .fd = s->raw[1], .events = POLLIN } };
    struct timespec t = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
    ppoll(p, 2, &t, NULL);
}

/* ---- open ---- */

/* Lets through what comes to our port. IPv4's raw sockets see the IP header, IPv6's do not. */
static bool filter(int fd, bool has_header, uint16_t port)
{
    struct sock_filter with[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1), BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_filter without[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES), BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = has_header ? (struct sock_fprog){ sizeof(with) / sizeof(with[0]), with }
                                           : (struct sock_fprog){ sizeof(without) / sizeof(without[0]), without };
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/* A port that nobody else has, in both families. */
static bool hold_port(struct knock_socket *s, struct error *e)
{
    struct sockaddr_storage any;
    struct address none = { .family = 4 };
    socklen_t len = to_sockaddr(&none, 0, &any);
    s->port[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->port[0] < 0 || bind(s->port[0], (struct sockaddr *)&any, len) != 0 ||
        getsockname(s->port[0], (struct sockaddr *)&any, &len) != 0)
        return error_set(e, "no port for single packets: %s", strerror(errno));
    s->line.port = ntohs(((struct sockaddr_in *)&any)->sin_port);
    int only = 1;
    none.family = 6;
    len = to_sockaddr(&none, s->line.port, &any);
    s->port[1] = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->port[1] >= 0 && (setsockopt(s->port[1], IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) != 0 ||
                            bind(s->port[1], (struct sockaddr *)&any, len) != 0)) {
        close(s->port[1]);
        s->port[1] = -1;
    }
    return true;
}

/* IPv6 may be missing from a machine; then nothing of it can be asked anyway. */
static bool open_raw(struct knock_socket *s, int which, struct error *e)
{
    int on = 1, bytes = BUFFER_BYTES;
    int fd = socket(FAMILY[which], SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    bool own = fd >= 0 && setsockopt(fd, which ? IPPROTO_IPV6 : IPPROTO_IP, which ? IPV6_HDRINCL : IP_HDRINCL, &on,
                                     sizeof(on)) == 0;
    if (!own || !filter(fd, which == 0, s->line.port)) {
        error_set(e, "no raw socket: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    s->raw[which] = fd;
    s->route[which] = socket(FAMILY[which], SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return true;
}

struct knock_socket *knock_socket_open(uint64_t seed, bool below_filters, struct error *e)
{
    struct random r = { seed };
    struct error none;
    struct knock_socket *s = calloc(1, sizeof(*s));
    uint8_t *nets4 = calloc(NETS4, 1);
    if (!s || !nets4) {
        free(s);
        free(nets4);
        error_set(e, "no memory for single packets");
        return NULL;
    }
    s->nets4 = nets4;
    s->line = (struct knock_line){ .source = socket_source, .send = socket_send, .receive = socket_receive };
    s->key0 = random_next(&r);
    s->key1 = random_next(&r);
    for (int i = 0; i < 2; i++)
        s->raw[i] = s->port[i] = s->route[i] = -1;
    if (!hold_port(s, e) || !open_raw(s, 0, e)) {
        knock_socket_close(s);
        return NULL;
    }
    if (s->port[1] >= 0)
        open_raw(s, 1, &none);
    s->link = below_filters ? knock_link_open() : NULL;
    return s;
}

void knock_socket_close(struct knock_socket *s)
{
    if (!s)
        return;
    knock_link_close(s->link);
    for (int i = 0; i < 2; i++) {
        const int fds[] = { s->raw[i], s->port[i], s->route[i] };
        for (size_t k = 0; k < sizeof(fds) / sizeof(fds[0]); k++)
            if (fds[k] >= 0)
                close(fds[k]);
    }
    free(s->nets4);
    free(s);
}

struct knock_line *knock_socket_line(struct knock_socket *s)
{
    return &s->line;
}
