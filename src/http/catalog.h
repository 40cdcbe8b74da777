/* HTTP products as data: one YAML file a product, with its own examples (doc/catalog.md). */
#ifndef AJAR_HTTP_CATALOG_H
#define AJAR_HTTP_CATALOG_H

#include "base/error.h"
#include "record/record.h"
#include "wire/wire.h"

struct catalog;

/* Loads every *.yaml of the directories in order; a product of a later directory replaces one of
 * the same name. NULL and an error that names file, line and key. The catalog is immutable after
 * loading and may be shared by threads. */
struct catalog *catalog_load(struct arena *a, const char *const *dirs, size_t dir_count,
                             struct error *e);

/* The same for who asks servers and checks nothing: examples, two thirds of all there is to read, are left out. */
struct catalog *catalog_load_to_ask(struct arena *a, const char *const *dirs, size_t dir_count, struct error *e);

size_t catalog_count(const struct catalog *c);
struct catalog_product {
    const char *name, *title;
    enum kind kind;
    const uint16_t *ports, *tls_ports; /* 0-ended */
    const char *proof, *counts;
};
const struct catalog_product *catalog_product(const struct catalog *c, size_t i);
/* What the n-th example of product i was made from, as written: "recorded grafana 9.5.2". False past the last. */
bool catalog_source(const struct catalog *c, size_t i, size_t n, struct span *ret);
/* Every ask that HTTP conversations can send, the shared "GET /" first; NULL past the end. */
const struct ask *catalog_ask(const struct catalog *c, size_t i);

/* Runs the examples in every file, and the cross check: no example of one product is recognised
 * as another. False and the first failure in *e. */
bool catalog_check_examples(const struct catalog *c, struct error *e, size_t *ret_examples);

/* The conversation: on a fresh connection (plain or in TLS), asks "GET /", finds the product, asks
 * what that product needs, adds one observation for the service and, for a dashboard, one for the
 * store behind it. Returns OUTCOME_NOT_MINE where the peer does not speak HTTP (nothing is added);
 * else the service's outcome; a server that no entry knows is product "web", OUTCOME_IDENTIFIED.
 * `thorough`: a server that no entry knows is asked for all that may have been left behind on it, and
 * not only for what leaks most (http/leavings.h). */
enum outcome http_visit(struct wire *w, const struct catalog *c, struct visit *v, bool thorough);

/* Whether these are the first bytes of an HTTP response. */
bool http_recognises(struct span first);
/* Whether a response says that the port wants TLS: a TLS alert, or the sentence of a web server. */
bool http_wants_tls(struct span response);

#endif
