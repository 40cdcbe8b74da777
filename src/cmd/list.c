/* ajar list: every product, from the same tables that the sweep uses. */
#include "cmd/catalog_verb.h"
#include "cmd/cmd.h"
#include "probe/probe.h"

struct row {
    const char *title, *first, *proof, *counts;
    enum kind kind;
    const uint16_t *ports, *tls_ports;
};

static void print_ports(struct buf *b, const uint16_t *ports, const char *suffix)
{
    for (; *ports; ports++)
        buf_printf(b, " %u%s", *ports, suffix);
}

static void print_row(struct buf *b, const struct row *r)
{
    buf_printf(b, "%s (%s)\n    ports  ", r->title, kind_name(r->kind));
    print_ports(b, r->ports, "");
    print_ports(b, r->tls_ports, " (TLS)");
    buf_printf(b, "; %s\n    open    %s\n    counts  %s\n", r->first, r->proof ? r->proof : "-",
               r->counts ? r->counts : "-");
}

static void print_all(const struct catalog *c, struct buf *b)
{
    for (size_t i = 0; PROBES[i]; i++) {
        const struct probe *p = PROBES[i];
        print_row(b, &(struct row){ p->title, p->peer_first ? "the server speaks first" : "the client speaks first",
                                    p->proof, p->counts, p->kind, p->ports, p->tls_ports });
    }
    for (size_t i = 0; i < catalog_count(c); i++) {
        const struct catalog_product *p = catalog_product(c, i);
        print_row(b, &(struct row){ p->title, "HTTP", p->proof, p->counts, p->kind, p->ports, p->tls_ports });
    }
}

int cmd_list(int argc, char **argv)
{
    return catalog_verb(argc, argv, print_all);
}
