/* A far network on one machine. It stands between two network namespaces and is the only way from one to the other:
 * every packet passes through here, late, sometimes not at all, and is counted on the way. (netem would do the
 * delaying and losing, but not every kernel has it, and the counting has to be done here anyway.)
 *
 *     far [OPTION VALUE]...        is started in the namespace of the scanner, prints "ready", and at the end of its
 *                                  standard input one line of JSON. Other programs can serve in the namespace of this
 *                                  process, at every address of 10.0.0.0/8
 *
 *     delay MS        each way, 0 at first              loss PERCENT    each way, 0
 *     live N          only every N-th address of 10.0.0.0/8 lives (from the N/2-th on), 1; the others answer nothing
 *     proxy A.B.C     a middlebox before this /24: it accepts every connection at every address, and passes on what
 *                     goes to a port that is served
 *     unreachable A.B.C:CODE    a router answers for this /24: ICMP unreachable with that code
 *     serve PORT=KIND redis, mute (accepts and says nothing), reset (accepts and resets), heavy (HTTP: 1 MB of JSON
 *                     with 80,000 keys on every path) */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "far.h"

enum { PACKET_MAX = 2048, SEEN_SLOTS = 1 << 22, PORT_SLOTS = 1 << 20, NETS_MAX = 16, PIECES = 4096, PIECE_MS = 50, BUSY_SHOWN = 512 };

struct packet {
    struct packet *next;
    int64_t due_us;
    size_t len;
    uint8_t bytes[PACKET_MAX];
};

struct way {
    int from, to;
    struct packet *first, *last;
};

struct net {
    uint32_t prefix; /* A.B.C as 24 bits */
    int code;
};

/* What went to one port, whatever address. */
struct busy {
    uint32_t starts;
    int64_t first_us, last_us;
};

struct far {
    int64_t delay_us;
    double loss;
    uint32_t live_every;
    struct net proxies[NETS_MAX], unreachable[NETS_MAX];
    size_t proxy_count, unreachable_count;
    struct served served[SERVED_MAX];
    size_t served_count;
    uint64_t random;
    struct way out, back;
    uint64_t *seen;    /* connections whose SYN came by */
    uint16_t *ports;   /* to which port a proxied connection went, by address and port of the scanner */
    uint64_t syns, starts, passed, lost, answered;
    int64_t first_us, last_us;
    struct busy *busy; /* by port */
    uint8_t *closed;   /* whether the scanner has, by its address and port as in `ports` */
    uint32_t pieces[PIECES]; /* starts in each PIECE_MS since the first */
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "far: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void run(const char *command)
{
    if (system(command) != 0)
        die(command);
}

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static bool is_lost(struct far *f)
{
    f->random = mix(f->random);
    return (double)(f->random >> 11) / (double)(1ull << 53) < f->loss;
}

/* ---- packets ------------------------------------------------------------------------------------ */

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)be16(at) << 16 | be16(at + 2);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint16_t checksum(const uint8_t *at, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += be16(at + i);
    if (len % 2)
        sum += (uint32_t)at[len - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Changes a 16-bit field under a TCP checksum (RFC 1624). */
static void change16(uint8_t *tcp, size_t at, uint16_t value)
{
    uint32_t sum = (uint16_t)~be16(tcp + 16) + (uint16_t)~be16(tcp + at) + value;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(tcp + at, value);
    put16(tcp + 16, (uint16_t)~sum);
}

static const struct net *net_of(const struct net *list, size_t count, uint32_t address)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].prefix == address >> 8)
            return &list[i];
    return NULL;
}

static bool is_served(const struct far *f, uint16_t port)
{
    for (size_t i = 0; i < f->served_count; i++)
        if (f->served[i].port == port)
            return true;
    return false;
}

static void count_start(struct far *f, uint32_t to, const uint8_t *tcp)
{
    uint64_t key = mix(mix((uint64_t)to << 32 | be32(tcp)) ^ be32(tcp + 4)) | 1;
    int64_t now = now_us();
    size_t at = key % SEEN_SLOTS;
    f->syns++;
    for (; f->seen[at]; at = (at + 1) % SEEN_SLOTS)
        if (f->seen[at] == key)
            return;
    if (f->starts == SEEN_SLOTS / 2)
        die("too many connections for one world");
    f->seen[at] = key;
    f->first_us = f->starts++ ? f->first_us : now;
    f->last_us = now;
    f->busy[be16(tcp + 2)].starts++;
    size_t piece = (size_t)((now - f->first_us) / (PIECE_MS * 1000));
    f->pieces[piece < PIECES ? piece : PIECES - 1]++;
}

static void send_later(struct far *f, struct way *w, struct packet *p)
{
    if (is_lost(f)) {
        f->lost++;
        free(p);
        return;
    }
    f->passed++;
    p->next = NULL;
    p->due_us = now_us() + f->delay_us;
    *(w->first ? &w->last->next : &w->first) = p;
    w->last = p;
}

/* Turns a packet into a router's answer to it (RFC 792): its header and 8 bytes behind a new one. */
static void make_unreachable(struct packet *p, int code)
{
    uint8_t head[28];
    memcpy(head, p->bytes, sizeof(head));
    memset(p->bytes + 20, 0, 8);
    memcpy(p->bytes + 28, head, sizeof(head));
    p->len = 56;
    put16(p->bytes + 2, 56);
    p->bytes[9] = 1; /* ICMP */
    memcpy(p->bytes + 12, head + 16, 4);
    memcpy(p->bytes + 16, head + 12, 4);
    put16(p->bytes + 10, 0);
    put16(p->bytes + 10, checksum(p->bytes, 20));
    p->bytes[20] = 3;
    p->bytes[21] = (uint8_t)code;
    put16(p->bytes + 22, checksum(p->bytes + 20, 36));
}

static size_t port_slot(uint32_t address, uint16_t theirs)
{
    return mix((uint64_t)address << 16 | theirs) % PORT_SLOTS;
}

/* A connection that the scanner has closed is none of its business any more: what the kernel repeats then is not counted. */
static void count_busy(struct far *f, uint32_t to, const uint8_t *tcp)
{
    struct busy *b = &f->busy[be16(tcp + 2)];
    uint8_t *closed = &f->closed[port_slot(to, be16(tcp))];
    bool starts = (tcp[13] & 0x12) == 0x02;
    if (*closed && !starts)
        return;
    *closed = (tcp[13] & 0x05) != 0; /* FIN, RST */
    b->last_us = now_us();
    b->first_us = b->starts ? b->first_us : b->last_us;
}

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

static bool is_of(const struct packet *p, uint8_t protocol, size_t head)
{
    return p->len >= 20 + head && p->bytes[0] == 0x45 && p->bytes[9] == protocol;
}

/* From the scanner. Datagrams are delayed and lost like everything else, and not counted. */
static void go_out(struct far *f, struct packet *p)
{
    uint32_t to = be32(p->bytes + 16);
    if (is_of(p, PROTOCOL_UDP, 8)) {
        send_later(f, &f->out, p);
        return;
    }
    if (!is_of(p, PROTOCOL_TCP, 20)) {
        free(p);
        return;
    }
    uint8_t *tcp = p->bytes + 20;
    count_busy(f, to, tcp);
    if ((tcp[13] & 0x12) == 0x02)
        count_start(f, to, tcp);
    const struct net *silent = net_of(f->unreachable, f->unreachable_count, to);
    if (silent) {
        make_unreachable(p, silent->code);
        send_later(f, &f->back, p);
        return;
    }
    bool proxied = net_of(f->proxies, f->proxy_count, to) != NULL;
    if (!proxied && to % f->live_every != f->live_every / 2) {
        free(p);
        return;
    }
    if (proxied && !is_served(f, be16(tcp + 2))) {
        f->ports[port_slot(to, be16(tcp))] = be16(tcp + 2);
        change16(tcp, 2, PROXY_PORT);
    }
    send_later(f, &f->out, p);
}

/* To the scanner. */
static void go_back(struct far *f, struct packet *p)
{
    uint8_t *tcp = p->bytes + 20;
    if (is_of(p, PROTOCOL_UDP, 8)) {
        send_later(f, &f->back, p);
        return;
    }
    if (!is_of(p, PROTOCOL_TCP, 20)) {
        free(p);
        return;
    }
    f->answered += (tcp[13] & 0x12) == 0x12;
    if (be16(tcp) == PROXY_PORT)
        change16(tcp, 0, f->ports[port_slot(be32(p->bytes + 12), be16(tcp + 2))]);
    send_later(f, &f->back, p);
}

static void take_all(struct far *f, struct way *w)
{
    for (int i = 0; i < 256; i++) {
        struct packet *p = malloc(sizeof(*p));
        ssize_t n = p ? read(w->from, p->bytes, PACKET_MAX) : -1;
        if (n <= 0) {
            free(p);
            return;
        }
        p->len = (size_t)n;
        (w == &f->out ? go_out : go_back)(f, p);
    }
}

static void deliver(struct way *w, int64_t now)
{
    while (w->first && w->first->due_us <= now) {
        struct packet *p = w->first;
        w->first = p->next;
        if (write(w->to, p->bytes, p->len) < 0 && errno != EAGAIN && errno != ENOBUFS)
            die("write");
        free(p);
    }
}

static void play(struct far *f)
{
    struct pollfd fds[3] = { { f->out.from, POLLIN, 0 }, { f->back.from, POLLIN, 0 }, { 0, POLLIN, 0 } };
    while (!(fds[2].revents & (POLLIN | POLLHUP))) {
        int64_t now = now_us(), next = now + 100000;
        next = f->out.first && f->out.first->due_us < next ? f->out.first->due_us : next;
        next = f->back.first && f->back.first->due_us < next ? f->back.first->due_us : next;
        int64_t wait = next > now ? next - now : 0;
        struct timespec t = { wait / 1000000, wait % 1000000 * 1000 };
        ppoll(fds, 3, &t, NULL);
        take_all(f, &f->out);
        take_all(f, &f->back);
        now = now_us();
        deliver(&f->out, now);
        deliver(&f->back, now);
    }
}

/* ---- namespaces --------------------------------------------------------------------------------- */

static int open_tun(const char *name)
{
    struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r) != 0)
        die("/dev/net/tun");
    return fd;
}

/* The near end in the namespace where we were started, the far end in a new one, in which we stay. */
static void join(struct far *f)
{
    int near = open_tun("near");
    run("ip addr add 192.168.77.1/32 dev near && ip link set near txqueuelen 50000 mtu 1500 up && ip route add 10.0.0.0/8 dev near");
    if (unshare(CLONE_NEWNET) != 0)
        die("unshare");
    int away = open_tun("away");
    run("ip link set lo up && ip addr add 192.168.77.2/32 dev away && ip link set away txqueuelen 50000 mtu 1500 up && ip route add 192.168.77.1/32 dev away && "
        "ip route add local 10.0.0.0/8 dev lo");
    f->out = (struct way){ .from = near, .to = away };
    f->back = (struct way){ .from = away, .to = near };
}

/* ---- the command line ---------------------------------------------------------------------------- */

static struct net net_parse(const char *text)
{
    unsigned a, b, c;
    int code = 0;
    if (sscanf(text, "%u.%u.%u:%d", &a, &b, &c, &code) < 3)
        exit(2);
    return (struct net){ a << 16 | b << 8 | c, code };
}

static void take(struct far *f, const char *option, const char *value)
{
    char kind[16] = "";
    unsigned port = 0;
    if (strcmp(option, "delay") == 0)
        f->delay_us = (int64_t)(atof(value) * 1000);
    else if (strcmp(option, "loss") == 0)
        f->loss = atof(value) / 100;
    else if (strcmp(option, "live") == 0)
        f->live_every = (uint32_t)atoi(value);
    else if (strcmp(option, "proxy") == 0 && f->proxy_count < NETS_MAX)
        f->proxies[f->proxy_count++] = net_parse(value);
    else if (strcmp(option, "unreachable") == 0 && f->unreachable_count < NETS_MAX)
        f->unreachable[f->unreachable_count++] = net_parse(value);
    else if (strcmp(option, "serve") == 0 && f->served_count < SERVED_MAX && sscanf(value, "%u=%15s", &port, kind) == 2)
        f->served[f->served_count++] = (struct served){ (uint16_t)port, served_kind(kind) };
    else
        exit(2);
}

/* The lowest ports that were asked: connections, and seconds from the first packet to the last one of ours. */
static void print_busy(const struct far *f)
{
    printf(", \"ports\": {");
    for (size_t port = 0, shown = 0; port <= UINT16_MAX && shown < BUSY_SHOWN; port++) {
        const struct busy *b = &f->busy[port];
        if (b->starts)
            printf("%s\"%zu\": {\"connections\": %u, \"seconds\": %.3f}", shown++ ? ", " : "", port, b->starts,
                   (double)(b->last_us - b->first_us) / 1e6);
    }
    printf("}");
}

int main(int argc, char **argv)
{
    struct far f = { .live_every = 1, .random = 7 };
    f.served[f.served_count++] = (struct served){ PROXY_PORT, KIND_MUTE };
    for (int i = 1; i + 1 < argc; i += 2)
        take(&f, argv[i], argv[i + 1]);
    f.seen = calloc(SEEN_SLOTS, sizeof(*f.seen));
    f.ports = calloc(PORT_SLOTS, sizeof(*f.ports));
    f.busy = calloc(UINT16_MAX + 1, sizeof(*f.busy));
    f.closed = calloc(PORT_SLOTS, sizeof(*f.closed));
    if (!f.seen || !f.ports || !f.busy || !f.closed)
        die("memory");
    join(&f);
    pid_t server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve_all(f.served, f.served_count);
        _exit(1);
    }
    usleep(100000);
    puts("ready");
    fflush(stdout);
    play(&f);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    uint32_t most = 0;
    for (size_t i = 0; i < PIECES; i++)
        most = f.pieces[i] > most ? f.pieces[i] : most;
    double seconds = (double)(f.last_us - f.first_us) / 1e6;
    printf("{\"starts\": %llu, \"syns\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"most_in_50_ms\": %u, \"accepted\": %llu, "
           "\"passed\": %llu, \"lost\": %llu, \"each_second\": [", (unsigned long long)f.starts, (unsigned long long)f.syns, seconds,
           seconds > 0 ? (double)(f.starts - 1) / seconds : 0, most, (unsigned long long)f.answered,
           (unsigned long long)f.passed, (unsigned long long)f.lost);
    for (size_t i = 0, all = 0; i < PIECES && all < f.starts; i += 1000 / PIECE_MS) {
        uint32_t sum = 0;
        for (size_t k = i; k < i + 1000 / PIECE_MS && k < PIECES; k++)
            sum += f.pieces[k];
        printf("%s%u", i ? ", " : "", sum);
        all += sum;
    }
    printf("]");
    print_busy(&f);
    puts("}");
    return 0;
}
