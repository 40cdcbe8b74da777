/* The HTTP client, the shipped catalog's matching, counting and nested requests. */
#include "peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t PORTS[] = { 9200, 5601, 8086, 8123, 5984, 2379, 9090, 80 };
    struct arena arena;
    struct visit v;
    struct peer peer;
    struct listener listener;
    struct endpoint e = FUZZ_ENDPOINT;
    e.port = size ? PORTS[data[0] % 8] : 80;
    e.path = size && data[0] & 8 ? "/logs" : NULL;
    arena_init(&arena, 12 << 20);
    visit_init(&v, &arena, &e);
    peer_init(&peer, span_from(span_of(data, size), 1));
    listener_init(&listener, fuzz_catalog());
    struct wire *w = wire_new(&arena, &peer.back, &e, &FUZZ_LIMITS, &CLOCK_SYSTEM, &listener.ear);
    wire_again(w, WIRE_PLAIN);
    http_visit(w, listener.catalog, &v, true);
    wire_end(w);
    check_end(&peer, &v);
    http_recognises(span_of(data, size));
    http_wants_tls(span_of(data, size));
    arena_release(&arena);
    return 0;
}
