/* One fact of the plan a line, a key and a value. Text that people wrote stands escaped the way
 * target_parse() keeps it, so a line never holds a line feed. */
#include "cmd/scan_journal.h"

#include "base/list.h"
#include "sample/sampler.h"

enum { SCOPE_BYTES_MAX = 16 << 20 };

/* ---- names ---- */

static struct pin_page *find_page(struct pin_book *b, const char *name)
{
    for (size_t i = 0; i < b->pages.len; i++)
        if (strcmp(b->pages.at[i].name, name) == 0)
            return &b->pages.at[i];
    return NULL;
}

static bool resolve(void *self, const char *name, struct address *ret, size_t *ret_count,
                    struct error *e)
{
    struct pin_book *b = self;
    struct pin_page *page = find_page(b, name);
    if (!page) {
        if (!RESOLVER_SYSTEM.resolve(RESOLVER_SYSTEM.self, name, ret, ret_count, e))
            return false;
        page = list_add(b->arena, &b->pages);
        struct span bytes = span_of(ret, *ret_count * sizeof(*ret));
        struct address *copy = page ? arena_array(b->arena, *ret_count, sizeof(*ret)) : NULL;
        char *own = arena_str(b->arena, span_str(name));
        if (!copy || !own)
            return error_set(e, "no memory for the address of %s", name);
        memcpy(copy, bytes.at, bytes.len);
        *page = (struct pin_page){ own, copy, *ret_count };
        return true;
    }
    *ret_count = page->len < RESOLVED_MAX ? page->len : RESOLVED_MAX;
    memcpy(ret, page->at, *ret_count * sizeof(*ret));
    return true;
}

void pin_book_init(struct pin_book *b, struct arena *a)
{
    *b = (struct pin_book){ .arena = a };
    b->resolver = (struct resolver){ resolve, b };
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
        buf_u64(out, ports_at(p, i));
        if (last > i) {
            buf_byte(out, '-');
            buf_u64(out, ports_at(p, last));
        }
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

void journal_write(const struct scan_options *o, const struct plan *p, const struct pin_book *pins,
                   uint64_t total, struct buf *out)
{
    put_number(out, "seed ", o->seed);
    buf_printf(out, "part %llu/%llu\n", (unsigned long long)o->shard.index + 1,
               (unsigned long long)o->shard.count);
    put_targets(out, "target ", &o->plan.targets);
    put_targets(out, "exclude ", &o->plan.excludes);
    if (o->plan.ports.len)
        put_ports(out, "ports ", &o->plan.ports);
    else
        put_ports(out, "default-ports ", &o->plan.default_ports);
    if (o->plan.allow_large)
        buf_str(out, "large\n");
    if (o->sample)
        put_number(out, "sample ", o->sample);
    if (o->scope_path) {
        buf_str(out, "scope ");
        buf_str(out, o->scope_path);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < pins->pages.len; i++)
        for (size_t k = 0; k < pins->pages.at[i].len; k++) {
            char text[ADDRESS_TEXT_MAX];
            buf_printf(out, "pin %s %s\n", pins->pages.at[i].name,
                       address_text(&pins->pages.at[i].at[k], text));
        }
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

static bool read_pin(struct reading *r, struct span value, struct error *e)
{
    struct span name = span_cut(&value, ' ');
    struct address a;
    if (!address_parse(value, &a))
        return error_set(e, "the stored plan cannot be read: pin %.*s", SPAN_FMT(name));
    char *own = arena_str(r->pins->arena, name);
    struct pin_page *page = own ? find_page(r->pins, own) : NULL;
    if (own && !page && (page = list_add(r->pins->arena, &r->pins->pages)))
        *page = (struct pin_page){ own, arena_array(r->pins->arena, RESOLVED_MAX, sizeof(a)), 0 };
    if (!page || !page->at)
        return error_set(e, "no memory for the stored plan");
    if (page->len < RESOLVED_MAX)
        page->at[page->len++] = a;
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
    if (span_is(key, "pin"))
        return read_pin(r, value, e);
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
    if (span_is(key, "ports"))
        return ports_parse(o->arena, value, &o->plan.ports, e);
    if (span_is(key, "scope"))
        return read_scope(r, value, e);
    o->plan.allow_large |= span_is(key, "large");
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
