/* The system's resolver behind our interface. */
#include "target/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
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

static int by_address(const void *one, const void *two)
{
    return address_compare(one, two);
}

/* Sorts, leaves out repetitions, and keeps what fits. */
static void settle(struct address *at, size_t count, struct resolved *ret)
{
    ret->len = ret->all = 0;
    qsort(at, count, sizeof(*at), by_address);
    for (size_t i = 0; i < count; i++) {
        if (i && address_compare(&at[i - 1], &at[i]) == 0)
            continue;
        if (ret->all++ < RESOLVED_MAX)
            ret->at[ret->len++] = at[i];
    }
}

static bool system_resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    (void)self;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *all = NULL;
    int code = getaddrinfo(name, NULL, &hints, &all);
    size_t room = 0, count = 0;
    if (code != 0)
        return error_set(e, "%s", gai_strerror(code));
    for (const struct addrinfo *one = all; one; one = one->ai_next)
        room++;
    struct address *found = calloc(room ? room : 1, sizeof(*found));
    for (const struct addrinfo *one = all; one && found; one = one->ai_next)
        count += read_sockaddr(one->ai_addr, &found[count]);
    freeaddrinfo(all);
    if (!found)
        return error_set(e, "not enough memory");
    if (count)
        settle(found, count, ret);
    free(found);
    return count > 0 || error_set(e, "the name has no address");
}

const struct resolver RESOLVER_SYSTEM = { system_resolve, NULL };
