#include "sweep/knock_link.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUTERS_MAX = 16,
    BATCH_MAX = 64,
    REPLY_BYTES = 4096,
    KNOWN_S = 5, /* how long a hardware address is taken for right */
    ROUTE_BYTES = 256,
};

struct router {
    int device;
    uint8_t address[4];
    uint8_t hardware[ETH_ALEN];
    bool known;
    time_t asked_s;
};

struct knock_link {
    int netlink, packet;
    uint32_t sequence;
    struct router routers[ROUTERS_MAX];
    int router_count;
    struct iovec bytes[BATCH_MAX];
    struct mmsghdr messages[BATCH_MAX];
    uint8_t reply[REPLY_BYTES] __attribute__((aligned(8)));
};

/* ---- netlink (rtnetlink(7)) ---- */

struct question {
    struct nlmsghdr head;
    union {
        struct rtmsg route;
        struct ndmsg neighbour;
    };
    uint8_t attributes[ROUTE_BYTES];
};

static void add_attribute(struct question *q, uint16_t type, const void *value, size_t len)
{
    struct rtattr *a = (struct rtattr *)((uint8_t *)q + NLMSG_ALIGN(q->head.nlmsg_len));
    a->rta_type = type;
    a->rta_len = (uint16_t)RTA_LENGTH(len);
    memcpy(RTA_DATA(a), value, len);
    q->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

/* The kernel's one answer; NULL where it is an error, or not of the kind that is expected. */
static const struct nlmsghdr *ask(struct knock_link *l, struct question *q, uint16_t expected)
{
    q->head.nlmsg_flags = NLM_F_REQUEST;
    q->head.nlmsg_seq = ++l->sequence;
    if (send(l->netlink, q, q->head.nlmsg_len, 0) < 0)
        return NULL;
    ssize_t n = recv(l->netlink, l->reply, sizeof(l->reply), 0);
    const struct nlmsghdr *m = (const struct nlmsghdr *)l->reply;
    bool good = n > 0 && NLMSG_OK(m, (size_t)n) && m->nlmsg_type == expected && m->nlmsg_seq == l->sequence;
    return good ? m : NULL;
}

/* The value of an attribute that has this length; NULL where there is none. */
static const void *attribute(const struct nlmsghdr *m, size_t body, uint16_t type, size_t len)
{
    const struct rtattr *a = (const struct rtattr *)((const uint8_t *)NLMSG_DATA(m) + NLMSG_ALIGN(body));
    int left = (int)(m->nlmsg_len - NLMSG_LENGTH(0)) - (int)NLMSG_ALIGN(body);
    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == type && RTA_PAYLOAD(a) == len)
            return RTA_DATA(a);
    return NULL;
}

static bool find_route(struct knock_link *l, const struct address *to, struct router *ret)
{
    struct question q = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_GETROUTE },
                          .route = { .rtm_family = AF_INET, .rtm_dst_len = 32 } };
    add_attribute(&q, RTA_DST, to->bytes, 4);
    const struct nlmsghdr *m = ask(l, &q, RTM_NEWROUTE);
    const void *device = m ? attribute(m, sizeof(struct rtmsg), RTA_OIF, sizeof(int)) : NULL;
    const void *gateway = m ? attribute(m, sizeof(struct rtmsg), RTA_GATEWAY, 4) : NULL;
    if (!device || !gateway)
        return false;
    *ret = (struct router){ 0 };
    memcpy(&ret->device, device, sizeof(ret->device));
    memcpy(ret->address, gateway, sizeof(ret->address));
    return true;
}

/* Whether the kernel has heard of the router lately; who is being asked for is not known. */
static bool find_hardware(struct knock_link *l, struct router *r)
{
    struct question q = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)), .nlmsg_type = RTM_GETNEIGH },
                          .neighbour = { .ndm_family = AF_INET, .ndm_ifindex = r->device } };
    add_attribute(&q, NDA_DST, r->address, sizeof(r->address));
    const struct nlmsghdr *m = ask(l, &q, RTM_NEWNEIGH);
    const void *hardware = m ? attribute(m, sizeof(struct ndmsg), NDA_LLADDR, ETH_ALEN) : NULL;
    if (!hardware)
        return false;
    const struct ndmsg *n = NLMSG_DATA(m);
    memcpy(r->hardware, hardware, ETH_ALEN);
    return n->ndm_state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT);
}

static bool is_ethernet(const struct knock_link *l, int device)
{
    struct ifreq r = { 0 };
    return if_indextoname((unsigned)device, r.ifr_name) && ioctl(l->packet, SIOCGIFHWADDR, &r) == 0 &&
           r.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

/* ---- routers ---- */

int knock_link_router(struct knock_link *l, const struct address *to)
{
    struct router found;
    if (to->family != 4 || !find_route(l, to, &found))
        return -1;
    for (int i = 0; i < l->router_count; i++)
        if (l->routers[i].device == found.device &&
            memcmp(l->routers[i].address, found.address, sizeof(found.address)) == 0)
            return i;
    if (l->router_count == ROUTERS_MAX || !is_ethernet(l, found.device))
        return -1;
    l->routers[l->router_count] = found;
    return l->router_count++;
}

static bool is_known(struct knock_link *l, struct router *r)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (r->asked_s == 0 || now.tv_sec - r->asked_s >= (r->known ? KNOWN_S : 1)) {
        r->known = find_hardware(l, r);
        r->asked_s = now.tv_sec;
    }
    return r->known;
}

size_t knock_link_send(struct knock_link *l, int router, const struct span *packets, size_t count)
{
    struct router *r = router >= 0 && router < l->router_count ? &l->routers[router] : NULL;
    if (!r || !is_known(l, r))
        return 0;
    struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = r->device,
                              .sll_halen = ETH_ALEN };
    memcpy(to.sll_addr, r->hardware, ETH_ALEN);
    count = count < BATCH_MAX ? count : BATCH_MAX;
    for (size_t i = 0; i < count; i++) {
        l->bytes[i] = (struct iovec){ (void *)(uintptr_t)packets[i].at, packets[i].len };
        l->messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to),
                                                  .msg_iov = &l->bytes[i], .msg_iovlen = 1 };
    }
    int n = sendmmsg(l->packet, l->messages, (unsigned)count, MSG_DONTWAIT);
    return n < 0 ? 0 : (size_t)n;
}

struct knock_link *knock_link_open(void)
{
    int on = 1;
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    struct knock_link *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    l->packet = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* receives nothing */
    if (l->netlink < 0 || l->packet < 0 || connect(l->netlink, (struct sockaddr *)&kernel, sizeof(kernel)) != 0 ||
        setsockopt(l->packet, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) {
        knock_link_close(l);
        return NULL;
    }
    return l;
}

void knock_link_close(struct knock_link *l)
{
    if (!l)
        return;
    if (l->netlink >= 0)
        close(l->netlink);
    if (l->packet >= 0)
        close(l->packet);
    free(l);
}
