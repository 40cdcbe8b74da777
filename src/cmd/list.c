/* ajar list: every product, from the same tables that the sweep uses, and how each was verified. */
#include "cmd/catalog_verb.h"
#include "cmd/cmd.h"
#include "cmd/verified.h"
#include "probe/probe.h"
#include "text/json_write.h"

enum { SERVERS_SHOWN = 4 /* for people; JSON has all */ };

struct row {
    const char *name, *title, *first, *transport, *proof, *counts;
    enum kind kind;
    const uint16_t *ports, *tls_ports;
    bool own_ports; /* asked there only */
    struct verification verified;
};

static struct row row_of_probe(const struct probe *p)
{
    bool udp = p->transport == TRANSPORT_UDP;
    return (struct row){ .name = p->name,
                         .title = p->title,
                         .first = udp             ? "over UDP"
                                  : p->peer_first ? "the server speaks first"
                                  : p->at_home    ? "the client speaks first; asked there only"
                                                  : "the client speaks first",
                         .own_ports = p->at_home || udp,
                         .transport = udp ? "udp" : "tcp",
                         .proof = p->proof,
                         .counts = p->counts,
                         .kind = p->kind,
                         .ports = p->ports,
                         .tls_ports = p->tls_ports,
                         .verified = verified_probe(p->name) };
}

static struct row row_of_entry(const struct catalog *c, size_t i)
{
    const struct catalog_product *p = catalog_product(c, i);
    return (struct row){ .name = p->name, .title = p->title, .first = "HTTP", .transport = "http",
                         .proof = p->proof, .counts = p->counts, .kind = p->kind, .ports = p->ports,
                         .tls_ports = p->tls_ports, .verified = verified_entry(c, i) };
}

/* Probes in the order of their table, then the catalog's entries by name. False past the end. */
static bool row_at(const struct catalog *c, size_t i, struct row *ret)
{
    size_t probes = 0;
    while (PROBES[probes])
        probes++;
    if (i >= probes + catalog_count(c))
        return false;
    *ret = i < probes ? row_of_probe(PROBES[i]) : row_of_entry(c, i - probes);
    return true;
}

static void put_verified(struct buf *b, const struct verification *v)
{
    buf_str(b, verified_name(v->how));
    for (size_t i = 0; i < v->server_count && i < SERVERS_SHOWN; i++) {
        buf_str(b, i ? ", " : ": ");
        buf_put(b, v->servers[i]);
    }
    if (v->server_count > SERVERS_SHOWN)
        buf_printf(b, " and %zu more", v->server_count - SERVERS_SHOWN);
}

/* ---- text ---- */

static void print_ports(struct buf *b, const uint16_t *ports, const char *suffix)
{
    for (; *ports; ports++)
        buf_printf(b, " %u%s", *ports, suffix);
}

static void print_row(struct buf *b, const struct row *r)
{
    buf_printf(b, "%s (%s)\n    ports     ", r->title, kind_name(r->kind));
    print_ports(b, r->ports, strcmp(r->transport, "udp") == 0 ? "/udp" : "");
    print_ports(b, r->tls_ports, " (TLS)");
    buf_printf(b, "; %s\n    open       %s\n    counts     %s\n    verified   ", r->first, r->proof ? r->proof : "-",
               r->counts ? r->counts : "-");
    put_verified(b, &r->verified);
    buf_byte(b, '\n');
}

static void print_text(const struct catalog *c, struct buf *b)
{
    struct row r;
    for (size_t i = 0; row_at(c, i, &r); i++)
        print_row(b, &r);
}

/* ---- JSON ---- */

static void json_ports(struct json *j, const char *key, const uint16_t *ports)
{
    json_array(j, key);
    for (; *ports; ports++)
        json_u64(j, NULL, *ports);
    json_close(j);
}

static void print_json(const struct catalog *c, struct buf *b)
{
    struct row r;
    for (size_t i = 0; row_at(c, i, &r); i++) {
        struct json j = json_over(b);
        json_object(&j, NULL);
        json_str(&j, "type", "product");
        json_str(&j, "name", r.name);
        json_str(&j, "title", r.title);
        json_str(&j, "kind", kind_name(r.kind));
        json_str(&j, "transport", r.transport);
        json_bool(&j, "own_ports", r.own_ports);
        json_ports(&j, "ports", r.ports);
        json_ports(&j, "tls_ports", r.tls_ports);
        json_str(&j, "proof", r.proof);
        json_str(&j, "counts", r.counts);
        json_str(&j, "verified", verified_name(r.verified.how));
        json_array(&j, "servers");
        for (size_t k = 0; k < r.verified.server_count; k++)
            json_text(&j, NULL, r.verified.servers[k]);
        json_close(&j);
        json_line(&j);
    }
}

/* ---- Markdown: doc/products.md ---- */

/* A cell: no line feed and no bar of its own. */
static void put_cell(struct buf *b, const char *text)
{
    for (; *text; text++)
        buf_str(b, *text == '|' ? "\\|" : (char[]){ *text, 0 });
}

static void print_cells(struct buf *b, const struct row *r)
{
    buf_str(b, "| ");
    put_cell(b, r->title);
    buf_printf(b, " | %s | ", kind_name(r->kind));
    if (strcmp(r->transport, "http") == 0)
        buf_str(b, "HTTP");
    print_ports(b, r->ports, strcmp(r->transport, "udp") == 0 ? "/udp" : "");
    print_ports(b, r->tls_ports, " (TLS)");
    buf_str(b, " | ");
    put_cell(b, r->proof ? r->proof : "-");
    buf_str(b, " | ");
    put_cell(b, r->counts ? r->counts : "-");
    buf_str(b, " | ");
    put_verified(b, &r->verified);
    buf_str(b, " |\n");
}

static void print_markdown(const struct catalog *c, struct buf *b)
{
    static const char HEAD[] =
        "# Products\n\n"
        "Made by `make doc/products.md` from the probes, the catalog, and what their tapes and examples were made\n"
        "from. *Real server*: conversations recorded from it are among the tests. *Source*, *documentation*: they\n"
        "were made after that. What proves a door open stands in doc/proofs.md, product by product.\n\n"
        "| product | kind | usual ports | open rests on | counted | verified |\n|---|---|---|---|---|---|\n";
    struct row r;
    buf_str(b, HEAD);
    for (size_t i = 0; row_at(c, i, &r); i++)
        print_cells(b, &r);
}

int cmd_list(int argc, char **argv)
{
    static const struct catalog_format FORMATS[] = {
        { "text", print_text }, { "json", print_json }, { "markdown", print_markdown }, { NULL, NULL }
    };
    return catalog_verb(argc, argv, FORMATS);
}
