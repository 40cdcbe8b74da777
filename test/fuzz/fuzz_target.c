/* Targets, ports and the plan made of them. Whatever is typed: no forbidden address and none that
 * is excluded is ever handed out as one to ask. */
#include "peer.h"
#include "target/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Some names lead nowhere, some to more than is asked. */
static bool resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    (void)self;
    if (name[0] == 'g')
        return error_set(e, "gone");
    ret->len = 2;
    ret->all = name[0] == 'm' ? 5000 : 2;
    address_parse(SPAN("10.1.2.3"), &ret->at[0]);
    return address_parse(strlen(name) & 1 ? SPAN("fd00::7") : SPAN("169.254.169.254"), &ret->at[1]);
}

/* What goes into requests: parts of few characters, none that leads up. */
static void check_path(const char *path)
{
    struct span rest = span_str(path);
    if (!path)
        return;
    MUST(rest.len >= 2 && rest.len < ENDPOINT_PATH_MAX && rest.at[0] == '/');
    for (rest = span_from(rest, 1); rest.len;) {
        bool last = span_index(rest, '/') == rest.len;
        struct span part = span_cut(&rest, '/');
        MUST(part.len && !span_is(part, ".") && !span_is(part, ".."));
        MUST(last == (rest.len == 0));
        for (size_t i = 0; i < part.len; i++)
            MUST(part.at[i] > ' ' && part.at[i] < 0x7f && !strchr("?#/\\&;\"'<>", part.at[i]));
    }
}

static bool holds(const struct targets *list, const struct endpoint *e)
{
    for (size_t i = 0; i < list->list.len; i++) {
        const struct target *t = &list->list.at[i];
        if (t->range.family && range_holds(&t->range, &e->address) && (t->ports.len == 0 || ports_has(&t->ports, e->port)))
            return true;
    }
    return false;
}

static void check_plan(const struct plan *p)
{
    uint64_t step = p->total / 64 + 1;
    for (uint64_t i = 0; i < p->total; i += step) {
        struct endpoint e;
        const char *why = NULL;
        if (!plan_endpoint(p, i, &e, &why)) {
            MUST(why);
            continue;
        }
        MUST(e.port != 0);
        MUST(address_class(&e.address) != ADDRESS_FORBIDDEN);
        MUST(p->options.scope || address_class(&e.address) != ADDRESS_PUBLIC);
        MUST(!holds(&p->options.excludes, &e));
        check_path(e.path);
    }
    MUST(p->total || p->remarks.len);
    MUST(plan_skipped(p) <= p->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct resolver RESOLVER = { .resolve = resolve };
    struct span text = span_of(data, size), exclude;
    struct arena arena;
    struct error e;
    struct target one;
    struct plan_options o = { .resolver = &RESOLVER };
    arena_init(&arena, 32 << 20);
    ports_parse(&arena, text, &o.ports, &e);
    o.ports = (struct ports){ 0 };
    if (target_parse(&arena, text, (struct origin){ 0 }, &one, &e))
        check_path(one.path);
    exclude = span_cut(&text, '!');
    struct span swap = text;
    text = exclude;
    exclude = swap;
    struct span ports = span_cut(&text, '%');
    if (text.len == 0) {
        text = ports;
        ports = SPAN_NONE;
    }
    bool ok = ports_parse(&arena, SPAN("80,6379"), &o.default_ports, &e);
    ok = ok && (ports.len == 0 || ports_parse(&arena, ports, &o.ports, &e));
    ok = ok && targets_add_lines(&arena, &o.targets, text, "t", &e);
    ok = ok && targets_add_lines(&arena, &o.excludes, exclude, "x", &e);
    o.allow_large = size & 1;
    const struct plan *p = ok ? plan_build(&arena, &o, &e) : NULL;
    if (p)
        check_plan(p);
    arena_release(&arena);
    return 0;
}
