/* One fact of the plan a line, a key and a value. Text that people wrote stands escaped the way
 * target_parse() keeps it, so a line never holds a line feed. */
#include "cmd/scan_journal.h"

#include "base/list.h"
#include "sample/sampler.h"

enum { SCOPE_BYTES_MAX = 16 << 20 };

/* ---- names ---- */

static struct pin_page *find_page(const struct pin_book *b, struct span name)
{
    return table_get(&b->by_name, name);
}

/* The page of a name, a new one where there is none; NULL where memory is out. */
static struct pin_page *open_page(struct pin_book *b, struct span name)
{
    struct pin_page *page = find_page(b, name), **slot;
    if (page)
        return page;
    page = ARENA_NEW(b->arena, struct pin_page);
    if (!page || !(page->name = arena_str(b->arena, name)) || !(slot = list_add(b->arena, &b->pages)))
        return NULL;
    *slot = page;
    return table_put(&b->by_name, span_str(page->name), page) ? page : NULL;
}

static bool resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    const struct pin_page *page = find_page(self, span_str(name));
    if (!page || !page->addresses.len)
        return error_set(e, "%s", page && page->problem ? page->problem : "it was not looked up");
    ret->len = page->addresses.len < RESOLVED_MAX ? page->addresses.len : RESOLVED_MAX;
    ret->all = page->all;
    memcpy(ret->at, page->addresses.at, ret->len * sizeof(*ret->at));
    return true;
}

void pin_book_init(struct pin_book *b, struct arena *a)
{
    *b = (struct pin_book){ .arena = a };
    b->resolver = (struct resolver){ resolve, b };
    table_init(&b->by_name, a, 0);
}

typedef LIST_OF(struct lookup) lookup_list;

/* Adds the name, where there is one that has no page; opens its page, so that it comes once. */
static bool want(struct pin_book *b, const char *name, lookup_list *wanted)
{
    if (!name || find_page(b, span_str(name)))
        return true;
    struct pin_page *page = open_page(b, span_str(name));
    struct lookup *l = page ? list_add(b->arena, wanted) : NULL;
    if (l)
        l->name = page->name;
    return l != NULL;
}

static bool want_targets(struct pin_book *b, const struct targets *t, lookup_list *wanted)
{
    for (size_t i = 0; i < t->list.len; i++)
        if (!want(b, t->list.at[i].name, wanted))
            return false;
    return true;
}

static bool want_all(struct pin_book *b, const struct plan_options *o, lookup_list *wanted)
{
    const struct scope *s = o->scope;
    bool ok = want_targets(b, &o->targets, wanted) && want_targets(b, &o->excludes, wanted);
    for (size_t i = 0; s && ok && i < s->allow.len; i++)
        ok = want(b, s->allow.at[i].target.name, wanted);
    return ok && (!s || (want_targets(b, &s->deny, wanted) && want_targets(b, &s->decoys, wanted)));
}

bool pin_book_fill(struct pin_book *b, const struct plan_options *o, const struct lookup_watcher *watcher,
                   struct error *e)
{
    lookup_list wanted = { 0 };
    if (!want_all(b, o, &wanted))
        return error_set(e, "no memory for the names");
    struct lookup_limits limits = lookup_limits(wanted.len);
    if (!lookup_all(&RESOLVER_SYSTEM, wanted.at, wanted.len, &limits, watcher, b->arena, e))
        return false;
    for (size_t i = 0; i < wanted.len; i++) {
        const struct lookup *l = &wanted.at[i];
        struct pin_page *page = find_page(b, span_str(l->name));
        page->addresses.at = l->at;
        page->addresses.len = page->addresses.cap = l->len;
        page->all = l->all;
        page->problem = l->problem;
    }
    return true;
}

/* ---- write ---- */

static void put_number(struct buf *out, const char *key, uint64_t value)
{
    buf_str(out, key);
    buf_u64(out, value);
    buf_byte(out, '\n');
}

static void put_ports(struct buf *out, const char *key, const struct ports *p)
{
    buf_str(out, key);
    for (size_t i = 0; i < p->len;) {
        size_t last = i;
        while (last + 1 < p->len && ports_at(p, last + 1) == ports_at(p, last) + 1)
            last++;
        if (i)
            buf_byte(out, ',');
        buf_u64(out, (uint16_t)ports_at(p, i));
        if (last > i) {
            buf_byte(out, '-');
            buf_u64(out, (uint16_t)ports_at(p, last));
        }
        if (ports_at(p, i) & PORT_UDP)
            buf_str(out, "/udp");
        i = last + 1;
    }
    buf_byte(out, '\n');
}

static void put_targets(struct buf *out, const char *key, const struct targets *t)
{
    for (size_t i = 0; i < t->list.len; i++) {
        buf_str(out, key);
        buf_str(out, t->list.at[i].text);
        buf_byte(out, '\n');
    }
}

static void put_page(const struct pin_page *page, struct buf *out)
{
    char text[ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < page->addresses.len; i++)
        buf_printf(out, "pin %s %s\n", page->name, address_text(&page->addresses.at[i], text));
    if (page->all > page->addresses.len)
        buf_printf(out, "addresses %s %zu\n", page->name, page->all);
    if (page->problem)
        buf_printf(out, "unresolved %s %s\n", page->name, page->problem);
}

void journal_write(const struct scan_options *o, const struct plan *p, const struct pin_book *pins,
                   uint64_t total, struct buf *out)
{
    put_number(out, "seed ", o->seed);
    buf_printf(out, "part %llu/%llu\n", (unsigned long long)o->shard.index + 1,
               (unsigned long long)o->shard.count);
    put_targets(out, "target ", &o->plan.targets);
    put_targets(out, "exclude ", &o->plan.excludes);
    for (size_t i = 0; i < o->plan.tags.list.len; i++)
        buf_printf(out, "tag %s=%s\n", o->plan.tags.list.at[i].key, o->plan.tags.list.at[i].value);
    if (o->plan.ports.len)
        put_ports(out, "ports ", &o->plan.ports);
    else
        put_ports(out, "default-ports ", &o->plan.default_ports);
    if (o->plan.allow_large)
        buf_str(out, "large\n");
    if (o->follow)
        buf_str(out, "follow\n");
    if (o->sample)
        put_number(out, "sample ", o->sample);
    if (o->scope_path) {
        buf_str(out, "scope ");
        buf_str(out, o->scope_path);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < pins->pages.len; i++)
        put_page(pins->pages.at[i], out);
    put_number(out, "planned ", p->total);
    put_number(out, "endpoints ", total);
}

/* ---- read ---- */

struct reading {
    struct scan_options *o;
    struct pin_book *pins;
    struct span scope;
    bool all;
};

/* "pin NAME ADDRESS", "addresses NAME HOW-MANY", "unresolved NAME WHY". */
static bool read_page(struct reading *r, struct span key, struct span value, struct error *e)
{
    struct span name = span_cut(&value, ' ');
    struct pin_page *page = open_page(r->pins, name);
    struct address *slot = NULL, a;
    uint64_t all = 0;
    bool good = span_is(key, "pin")         ? address_parse(value, &a)
                : span_is(key, "addresses") ? span_u64(value, UINT32_MAX, &all)
                                            : value.len > 0;
    if (!good)
        return error_set(e, "the stored plan cannot be read: %.*s %.*s", SPAN_FMT(key), SPAN_FMT(name));
    if (!page)
        return error_set(e, "no memory for the stored plan");
    if (span_is(key, "addresses")) {
        page->all = (size_t)all;
        return true;
    }
    if (span_is(key, "unresolved"))
        return (page->problem = arena_str(r->pins->arena, value)) ||
               error_set(e, "no memory for the stored plan");
    if (page->addresses.len == RESOLVED_MAX)
        return true;
    if (!(slot = list_add(r->pins->arena, &page->addresses)))
        return error_set(e, "no memory for the stored plan");
    *slot = a;
    page->all++;
    return true;
}

/* The scope file has to be there still, and is read as it is now: journal_compare() tells whether
 * it changed. Standard input cannot be read again: then what was stored counts. */
static bool read_scope(struct reading *r, struct span value, struct error *e)
{
    char *path = arena_str(r->o->arena, value);
    if (!path)
        return error_set(e, "no memory for the stored plan");
    if (strcmp(path, "-") == 0) {
        r->o->scope_path = path;
        r->o->scope_text = r->scope;
        return (r->o->plan.scope = scope_parse(r->o->arena, r->scope, path, e)) != NULL;
    }
    return scan_options_scope(r->o, path, e);
}

static bool read_line(struct reading *r, struct span line, struct error *e)
{
    struct scan_options *o = r->o;
    struct span value = line, key = span_cut(&value, ' ');
    if (span_is(key, "seed"))
        return o->seed_given || span_u64(value, UINT64_MAX, &o->seed) ||
               error_set(e, "the stored plan has no seed");
    if (span_is(key, "default-ports"))
        return ports_parse(o->arena, value, &o->plan.default_ports, e);
    if (span_is(key, "pin") || span_is(key, "addresses") || span_is(key, "unresolved"))
        return read_page(r, key, value, e);
    if (span_is(key, "part"))
        return o->shard_given || shard_parse(value, &o->shard, e);
    if (!r->all)
        return true;
    uint64_t records;
    if (span_is(key, "sample")) {
        o->sample = span_u64(value, SAMPLE_RECORDS_MAX, &records) ? (uint32_t)records : 0;
        return true;
    }
    if (span_is(key, "target"))
        return targets_add(o->arena, &o->plan.targets, value, e);
    if (span_is(key, "exclude"))
        return targets_add(o->arena, &o->plan.excludes, value, e);
    if (span_is(key, "tag")) {
        const char *tag = arena_str(o->arena, value);
        return tag ? tag_filter_add(o->arena, &o->plan.tags, tag, e) : error_set(e, "no memory for a tag");
    }
    if (span_is(key, "ports"))
        return ports_parse(o->arena, value, &o->plan.ports, e);
    if (span_is(key, "scope"))
        return read_scope(r, value, e);
    o->plan.allow_large |= span_is(key, "large");
    o->follow |= span_is(key, "follow");
    return true;
}

bool journal_read(struct span plan, struct span scope, bool all, struct scan_options *o,
                  struct pin_book *pins, struct error *e)
{
    struct reading r = { o, pins, scope, all };
    while (plan.len)
        if (!read_line(&r, span_cut(&plan, '\n'), e))
            return error_in(e, "the scan cannot be continued");
    return true;
}

/* ---- compare ---- */

static struct span next_line(struct span *text)
{
    while (text->len) {
        struct span line = span_trim(span_cut(text, '\n'));
        if (line.len && line.at[0] != '#')
            return line;
    }
    return SPAN_NONE;
}

/* Appends the lines of `one` that `two` lacks. */
static size_t lacking(struct span one, struct span two, const char *mark, size_t max,
                      struct buf *out)
{
    struct arena a;
    struct table lines;
    size_t count = 0;
    arena_init(&a, 4 * SCOPE_BYTES_MAX);
    table_init(&lines, &a, 1);
    for (struct span line = next_line(&two); line.len; line = next_line(&two))
        table_put(&lines, line, out);
    for (struct span line = next_line(&one); line.len; line = next_line(&one)) {
        if (table_get(&lines, line))
            continue;
        if (count++ < max) {
            buf_str(out, mark);
            buf_put(out, line);
            buf_byte(out, '\n');
        }
    }
    arena_release(&a);
    return count;
}

size_t journal_compare(struct span before, struct span after, size_t max, struct buf *out)
{
    size_t gone = lacking(before, after, "- ", max, out);
    return gone + lacking(after, before, "+ ", max > gone ? max - gone : 0, out);
}
