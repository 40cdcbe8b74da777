/* What really leaves, seen at the socket layer: a shared object for LD_PRELOAD that writes down
 * every byte the program gives to a TCP or UDP socket over IPv4 or IPv6.
 *
 *     AJAR_CAPTURE_DIR=DIR LD_PRELOAD=capture.so ajar scan ...
 *
 * One file a process, DIR/PID-TIME.capture, one line a piece, in the order sent:
 *
 *     CONNECTION KIND ADDRESS HEX
 *
 *     open     the connection starts; no bytes
 *     plain    given to the socket by the program itself
 *     tls      given to the socket by the TLS library, inside one of its calls
 *     inside   given to the TLS library to be sent encrypted
 *     attempt  given to it, too, but the call failed; some or all may have left
 *     packet   a whole IP packet, given to a raw socket or to the link
 *     close    the connection ends; instead of HEX, in decimal, how many bytes the kernel says
 *              were given to this socket: what went past this file would show here
 *
 * It links no library but libc, so that it can stand in front of any program. What it cannot
 * write down it does not let pass: it ends the program. Stack use is small (fibers), and a fiber
 * never switches inside a TLS call, so the depth may be a thread's. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FDS_MAX = 1 << 16, PIECE_MAX = 512, PLACE_MAX = 64, LINE_MAX_BYTES = PIECE_MAX * 2 + PLACE_MAX + 64 };

struct connection {
    unsigned id; /* 0: not an internet connection */
    unsigned long long written; /* bytes that went past this file */
    char place[PLACE_MAX];
};

struct ssl_st;

static struct connection connections[FDS_MAX]; /* by descriptor */
static atomic_uint next_id = 1;
static int out_fd = -1;
static __thread unsigned tls_depth;

/* The function that ours stands in front of. */
#define NEXT(name) ((__typeof__(&name))next_of(&(static_##name), #name))
#define DECLARE_NEXT(name) static void *static_##name

static void *next_of(void **slot, const char *name)
{
    void *found = __atomic_load_n(slot, __ATOMIC_RELAXED);
    if (!found) {
        found = dlsym(RTLD_NEXT, name);
        void *tls = found ? NULL : dlopen("libssl.so.3", RTLD_NOLOAD | RTLD_LAZY); /* loaded by a module only */
        found = tls ? dlsym(tls, name) : found;
        if (!found) {
            dprintf(2, "capture: there is no %s() behind ours\n", name);
            abort();
        }
        __atomic_store_n(slot, found, __ATOMIC_RELAXED);
    }
    return found;
}

DECLARE_NEXT(connect);
DECLARE_NEXT(send);
DECLARE_NEXT(sendto);
DECLARE_NEXT(sendmsg);
DECLARE_NEXT(sendmmsg);
DECLARE_NEXT(write);
DECLARE_NEXT(writev);
DECLARE_NEXT(close);

static void put(const char *line, size_t len)
{
    while (len) {
        ssize_t n = NEXT(write)(out_fd, line, len);
        if (n > 0) {
            line += n;
            len -= (size_t)n;
        } else if (errno != EINTR) {
            dprintf(2, "capture: a line cannot be written: %s\n", strerror(errno));
            abort();
        }
    }
}

static void open_file(void)
{
    const char *dir = getenv("AJAR_CAPTURE_DIR");
    char path[1024];
    struct timespec now;
    if (!dir)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(path, sizeof(path), "%s/%d-%lld%09ld.capture", dir, getpid(), (long long)now.tv_sec, now.tv_nsec);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    out_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 512); /* out of the way of programs that close what they inherit */
    if (out_fd < 0) {
        dprintf(2, "capture: %s cannot be written: %s\n", path, strerror(errno));
        abort();
    }
    NEXT(close)(fd);
}

static void after_fork(void)
{
    if (out_fd >= 0)
        NEXT(close)(out_fd);
    open_file();
}

__attribute__((constructor)) static void start(void)
{
    open_file();
    pthread_atfork(NULL, NULL, after_fork);
}

static const struct connection *connection_of(int fd)
{
    return out_fd >= 0 && fd >= 0 && fd < FDS_MAX && connections[fd].id ? &connections[fd] : NULL;
}

/* One line a piece; each goes out in one write, so that threads do not mix. */
static void note(const struct connection *c, const char *kind, const void *bytes, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";
    const uint8_t *at = bytes;
    int saved = errno;
    while (len) {
        char line[LINE_MAX_BYTES];
        size_t piece = len < PIECE_MAX ? len : PIECE_MAX;
        int n = snprintf(line, sizeof(line), "%u %s %s ", c->id, kind, c->place);
        for (size_t i = 0; i < piece; i++) {
            line[n++] = DIGITS[at[i] >> 4];
            line[n++] = DIGITS[at[i] & 15];
        }
        line[n++] = '\n';
        put(line, (size_t)n);
        at += piece;
        len -= piece;
    }
    errno = saved;
}

static void note_event(const struct connection *c, const char *kind, unsigned long long value)
{
    char line[LINE_MAX_BYTES];
    int saved = errno;
    int n = snprintf(line, sizeof(line), "%u %s %s %llu\n", c->id, kind, c->place, value);
    put(line, (size_t)n);
    errno = saved;
}

static bool is_internet(const struct sockaddr *a)
{
    return a && (a->sa_family == AF_INET || a->sa_family == AF_INET6);
}

static void place_of(const struct sockaddr *a, char place[static PLACE_MAX])
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a;
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
        snprintf(place, PLACE_MAX, "%s:%u", text, ntohs(in->sin_port));
    } else {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)a;
        inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text));
        snprintf(place, PLACE_MAX, "[%s]:%u", text, ntohs(in->sin6_port));
    }
}

static const char *outer_kind(void)
{
    return tls_depth ? "tls" : "plain";
}

static void note_sent(int fd, const void *bytes, ssize_t sent)
{
    const struct connection *c = connection_of(fd);
    if (!c || sent <= 0)
        return;
    note(c, outer_kind(), bytes, (size_t)sent);
    connections[fd].written += (unsigned long long)sent;
}

/* To an address named with the bytes, without connect(): no connection of its own, id of its own. */
static void note_sent_to(int fd, const struct sockaddr *to, const void *bytes, ssize_t sent)
{
    if (!is_internet(to)) {
        note_sent(fd, bytes, sent);
    } else if (out_fd >= 0 && sent > 0) {
        struct connection c = { .id = atomic_fetch_add(&next_id, 1) };
        place_of(to, c.place);
        note(&c, outer_kind(), bytes, (size_t)sent);
        note_event(&c, "close", (unsigned long long)sent); /* a datagram is all of it */
    }
}

static void note_vector(int fd, const struct iovec *v, size_t count, ssize_t sent)
{
    size_t left = sent > 0 ? (size_t)sent : 0;
    for (size_t i = 0; i < count && left; i++) {
        size_t n = v[i].iov_len < left ? v[i].iov_len : left;
        note_sent(fd, v[i].iov_base, (ssize_t)n);
        left -= n;
    }
}

/* ---- sockets --------------------------------------------------------------------------- */

/* A UDP socket that is connected anew, or let go. */
static void note_parting(int fd)
{
    const struct connection *c = connection_of(fd);
    int type = 0;
    socklen_t len = sizeof(type);
    if (c && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM) {
        note_event(c, "close", c->written);
        connections[fd].id = 0;
    }
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    note_parting(fd);
    if (out_fd >= 0 && is_internet(to)) {
        if (fd < 0 || fd >= FDS_MAX) {
            dprintf(2, "capture: descriptor %d is beyond its table\n", fd);
            abort();
        }
        connections[fd].id = atomic_fetch_add(&next_id, 1);
        connections[fd].written = 0;
        place_of(to, connections[fd].place);
        note_event(&connections[fd], "open", 0);
    }
    return NEXT(connect)(fd, to, len);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    ssize_t n = NEXT(send)(fd, bytes, len, flags);
    note_sent(fd, bytes, n);
    return n;
}

ssize_t sendto(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
    ssize_t n = NEXT(sendto)(fd, bytes, len, flags, to, to_len);
    note_sent_to(fd, to, bytes, n);
    return n;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    ssize_t n = NEXT(sendmsg)(fd, m, flags);
    if (is_internet(m->msg_name) && m->msg_iovlen == 1)
        note_sent_to(fd, m->msg_name, m->msg_iov[0].iov_base, n);
    else
        note_vector(fd, m->msg_iov, m->msg_iovlen, n);
    return n;
}

/* What goes out so is no conversation: every message is a packet, whole. */
static void note_packet(const struct msghdr *m)
{
    uint8_t bytes[PIECE_MAX];
    size_t len = 0;
    struct connection c = { .id = atomic_fetch_add(&next_id, 1) };
    for (size_t i = 0; i < m->msg_iovlen; i++) {
        if (m->msg_iov[i].iov_len > sizeof(bytes) - len) {
            dprintf(2, "capture: a packet of more than %d bytes\n", PIECE_MAX);
            abort();
        }
        memcpy(bytes + len, m->msg_iov[i].iov_base, m->msg_iov[i].iov_len);
        len += m->msg_iov[i].iov_len;
    }
    snprintf(c.place, sizeof(c.place), "link");
    if (is_internet(m->msg_name))
        place_of(m->msg_name, c.place);
    note(&c, "packet", bytes, len);
    note_event(&c, "close", len);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    int n = NEXT(sendmmsg)(fd, messages, count, flags);
    for (int i = 0; out_fd >= 0 && i < n; i++)
        note_packet(&messages[i].msg_hdr);
    return n;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    ssize_t n = NEXT(write)(fd, bytes, len);
    note_sent(fd, bytes, n);
    return n;
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
    ssize_t n = NEXT(writev)(fd, v, count);
    note_vector(fd, v, count > 0 ? (size_t)count : 0, n);
    return n;
}

int close(int fd)
{
    const struct connection *c = connection_of(fd);
    if (c) {
        struct tcp_info info = { 0 };
        socklen_t len = sizeof(info);
        if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
            note_event(c, "close", info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_notsent_bytes);
        else /* UDP, of which the kernel keeps no count: ours stands for it */
            note_event(c, "close", c->written);
        connections[fd].id = 0;
    }
    return NEXT(close)(fd);
}

/* ---- TLS ------------------------------------------------------------------------------- */

int SSL_get_fd(const struct ssl_st *ssl);
int SSL_connect(struct ssl_st *ssl);
int SSL_do_handshake(struct ssl_st *ssl);
int SSL_shutdown(struct ssl_st *ssl);
int SSL_read(struct ssl_st *ssl, void *bytes, int len);
int SSL_read_ex(struct ssl_st *ssl, void *bytes, size_t len, size_t *ret_len);
int SSL_write(struct ssl_st *ssl, const void *bytes, int len);
int SSL_write_ex(struct ssl_st *ssl, const void *bytes, size_t len, size_t *ret_len);

DECLARE_NEXT(SSL_get_fd);
DECLARE_NEXT(SSL_connect);
DECLARE_NEXT(SSL_do_handshake);
DECLARE_NEXT(SSL_shutdown);
DECLARE_NEXT(SSL_read);
DECLARE_NEXT(SSL_read_ex);
DECLARE_NEXT(SSL_write);
DECLARE_NEXT(SSL_write_ex);

#define IN_TLS(call)                                                                               \
    ({                                                                                             \
        tls_depth++;                                                                               \
        int result_ = (call);                                                                      \
        tls_depth--;                                                                               \
        result_;                                                                                   \
    })

static void note_inside(struct ssl_st *ssl, const void *bytes, size_t given, size_t taken)
{
    const struct connection *c = connection_of(NEXT(SSL_get_fd)(ssl));
    if (c)
        note(c, taken ? "inside" : "attempt", bytes, taken ? taken : given);
}

int SSL_connect(struct ssl_st *ssl)
{
    return IN_TLS(NEXT(SSL_connect)(ssl));
}

int SSL_do_handshake(struct ssl_st *ssl)
{
    return IN_TLS(NEXT(SSL_do_handshake)(ssl));
}

int SSL_shutdown(struct ssl_st *ssl)
{
    return IN_TLS(NEXT(SSL_shutdown)(ssl));
}

int SSL_read(struct ssl_st *ssl, void *bytes, int len)
{
    return IN_TLS(NEXT(SSL_read)(ssl, bytes, len));
}

int SSL_read_ex(struct ssl_st *ssl, void *bytes, size_t len, size_t *ret_len)
{
    return IN_TLS(NEXT(SSL_read_ex)(ssl, bytes, len, ret_len));
}

int SSL_write(struct ssl_st *ssl, const void *bytes, int len)
{
    int n = IN_TLS(NEXT(SSL_write)(ssl, bytes, len));
    note_inside(ssl, bytes, len > 0 ? (size_t)len : 0, n > 0 ? (size_t)n : 0);
    return n;
}

int SSL_write_ex(struct ssl_st *ssl, const void *bytes, size_t len, size_t *ret_len)
{
    int ok = IN_TLS(NEXT(SSL_write_ex)(ssl, bytes, len, ret_len));
    note_inside(ssl, bytes, len, ok == 1 ? *ret_len : 0);
    return ok;
}
