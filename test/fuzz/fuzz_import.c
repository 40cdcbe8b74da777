/* What other tools wrote: every reader of a format. Whatever a file says, a target has a name or an address, its ports are
 * ports, and the plan that is made of it asks no forbidden address. */
#include "import/import.h"
#include "peer.h"
#include "target/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENDPOINTS_SEEN = 256 };

static bool resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    (void)self;
    (void)e;
    ret->len = ret->all = 1;
    return address_parse(strlen(name) & 1 ? SPAN("fd00::7") : SPAN("169.254.169.254"), &ret->at[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct resolver RESOLVER = { .resolve = resolve };
    struct arena a;
    struct error e;
    struct imported told;
    struct plan_options o = { .resolver = &RESOLVER };
    arena_init(&a, 64 << 20);
    struct sightings saw = { 0 };
    bool ok = import_targets(&a, span_of(data, size), "f", &o.targets, &saw, &told, &e);
    for (size_t i = 0; i < o.targets.list.len; i++) {
        const struct target *t = &o.targets.list.at[i];
        MUST(t->name || t->range.family);
        MUST(t->text);
    }
    MUST(told.targets <= o.targets.list.len);
    const struct plan *p = ok && o.targets.list.len && o.targets.list.len < ENDPOINTS_SEEN &&
                                   ports_parse(&a, SPAN("80"), &o.default_ports, &e)
                               ? plan_build(&a, &o, &e)
                               : NULL;
    for (uint64_t i = 0; p && i < p->total && i < ENDPOINTS_SEEN; i++) {
        struct endpoint at;
        const char *why;
        if (plan_endpoint(p, i, &at, &why))
            MUST(address_class(&at.address) != ADDRESS_FORBIDDEN && address_class(&at.address) != ADDRESS_PUBLIC && at.port);
    }
    arena_release(&a);
    return 0;
}
