/* The system's resolver behind our interface. */
#include "target/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* IPv4-mapped IPv6 becomes IPv4, as everywhere. */
static bool read_sockaddr(const struct sockaddr *sa, struct address *ret)
{
    static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff };
    if (sa->sa_family == AF_INET) {
        *ret = (struct address){ .family = 4 };
        memcpy(ret->bytes, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
        return true;
    }
    if (sa->sa_family != AF_INET6)
        return false;
    *ret = (struct address){ .family = 6 };
    memcpy(ret->bytes, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
    if (memcmp(ret->bytes, MAPPED, sizeof(MAPPED)) == 0) {
        struct address v4 = { .family = 4 };
        memcpy(v4.bytes, ret->bytes + 12, 4);
        *ret = v4;
    }
    return true;
}

static bool seen(const struct address *at, size_t count, const struct address *a)
{
    for (size_t i = 0; i < count; i++)
        if (address_compare(&at[i], a) == 0)
            return true;
    return false;
}

static bool system_resolve(void *self, const char *name, struct address *ret, size_t *ret_count,
                           struct error *e)
{
    (void)self;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *all = NULL;
    int code = getaddrinfo(name, NULL, &hints, &all);
    size_t count = 0;
    if (code != 0)
        return error_set(e, "%s", gai_strerror(code));
    for (const struct addrinfo *one = all; one && count < RESOLVED_MAX; one = one->ai_next) {
        struct address a;
        if (read_sockaddr(one->ai_addr, &a) && !seen(ret, count, &a))
            ret[count++] = a;
    }
    freeaddrinfo(all);
    *ret_count = count;
    return count > 0 || error_set(e, "the name has no address");
}

const struct resolver RESOLVER_SYSTEM = { system_resolve, NULL };
