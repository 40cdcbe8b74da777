/* The ports at which products are usual: all of them, and the few that a scan asks by default. With
 * hundreds of products known, all of them would make a scan of a network last an hour. */
#ifndef AJAR_CMD_KNOWN_PORTS_H
#define AJAR_CMD_KNOWN_PORTS_H

#include "http/catalog.h"
#include "target/ports.h"

enum { USUAL_PORTS_MAX = 60 /* TCP's */, USUAL_UDP_PORTS_MAX = 4 };

/* A product's ports, 0-ended, the commonest first. */
struct ports_of_product {
    const uint16_t *ports, *tls_ports;
    bool udp; /* they are UDP's */
};

struct known_ports {
    struct ports all;   /* of the products, and those of web servers */
    const uint32_t *ranked; /* TCP's of `all`, in the order in which `usual` is chosen */
    size_t ranked_len;
    const char *const *names; /* of the products, as `ajar list` has them, beside `products`; NULL: not known */
    const struct ports_of_product *products;
    size_t product_count;
    struct ports usual; /* at most USUAL_PORTS_MAX of TCP: by how often what sits there is found open, then the
                         * first ports of the other products, then the rest; and USUAL_UDP_PORTS_MAX of UDP, where
                         * nobody says no, so that each costs a host that drops seconds */
};

/* Of all probes and the catalog's products. */
bool known_ports_make(struct arena *a, const struct catalog *c, struct known_ports *ret, struct error *e);
/* The same of any products. */
bool known_ports_choose(struct arena *a, const struct ports_of_product *products, size_t count,
                        struct known_ports *ret, struct error *e);
/* Reads a port list that may also hold words, as in "usual,redis,12345": `usual`, `all-known`, `top:N` (the first N of
 * those that are found open most), and the name of a product for its ports. `known` NULL: only to see whether it can be
 * read; the words then stand for no port. */
bool known_ports_parse(struct arena *a, const struct known_ports *known, struct span text, struct ports *ret,
                       struct error *e);

#endif
