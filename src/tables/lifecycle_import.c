/* endoflife.date's file of all products is larger than one JSON document may be here, so the outer
 * object is walked by its brackets and each product is parsed alone, strictly. */
#include "tables/lifecycle_import.h"

#include "base/clock.h"
#include "base/random.h"
#include "tables/exploited.h"
#include "tables/lifecycle.h"

enum { PIECE_ARENA_BYTES = 512 * 1024 * 1024, CYCLE_BYTES_MAX = 40, PRODUCT_BYTES_MAX = 64, ENVELOPE_DEPTH_MAX = 64 };

/* ---- brackets ------------------------------------------------------------------------------ */

/* The string at the front of `s`, with its quotes; empty where it does not end. */
static struct span string_at(struct span s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.at[i] == '\\')
            i++;
        else if (s.at[i] == '"')
            return span_first(s, i + 1);
    }
    return SPAN_NONE;
}

/* The whole value at the front of `s`; empty where it does not end. Only brackets and quotes are
 * looked at: whether it is JSON is for the parser to say. */
static struct span value_at(struct span s)
{
    size_t depth = 0, i = 0;
    while (i < s.len) {
        uint8_t c = s.at[i];
        if (c == '"') {
            size_t len = string_at(span_from(s, i)).len;
            if (!len)
                return SPAN_NONE;
            i += len;
        } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            return span_first(s, i);
        } else {
            if ((c == '[' || c == '{') && ++depth > ENVELOPE_DEPTH_MAX)
                return SPAN_NONE;
            depth -= c == ']' || c == '}';
            i++;
        }
        if (depth == 0 && (c == '"' || c == ']' || c == '}'))
            return span_first(s, i);
    }
    return SPAN_NONE;
}

/* The value of a key of the outer object, or an empty span; false where the object is broken. */
static bool member(struct span object, const char *key, struct span *ret)
{
    struct span s = span_trim(span_from(object, 1));
    *ret = SPAN_NONE;
    while (s.len && s.at[0] == '"') {
        struct span name = string_at(s);
        s = span_trim(span_from(s, name.len));
        if (name.len < 2 || !s.len || s.at[0] != ':')
            return false;
        s = span_trim(span_from(s, 1));
        struct span value = value_at(s);
        if (!value.len)
            return false;
        if (span_is(span_sub(name, 1, name.len - 2), key))
            *ret = span_trim(value);
        s = span_trim(span_from(s, value.len));
        if (!s.len || s.at[0] != ',')
            break;
        s = span_trim(span_from(s, 1));
    }
    return s.len == 1 && s.at[0] == '}';
}

/* ---- words --------------------------------------------------------------------------------- */

static bool word_ok(struct span s, size_t max, const char *more)
{
    bool ok = s.len > 0 && s.len <= max;
    for (size_t i = 0; ok && i < s.len; i++) {
        uint8_t c = ascii_lower(s.at[i]);
        ok = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || (c && strchr(more, c));
    }
    return ok;
}

/* The first ten bytes as a date: "2026-08-22T07:00:00+00:00" is a day too. */
static bool day_of(struct span text, int64_t *ret_ms)
{
    char day[12];
    if (text.len < 10)
        return false;
    memcpy(day, text.at, 10);
    day[10] = '\0';
    return time_parse(day, ret_ms);
}

static void put_day(struct buf *b, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    buf_put(b, span_first(span_str(time_text(ms, text)), 10));
}

/* ---- endoflife.date ------------------------------------------------------------------------ */

/* v1 splits what v0 keeps in one: eolFrom is a day or null, isEol a bool. */
static bool put_end(struct buf *rows, const struct node *cycle, struct error *e)
{
    const struct node *eol = node_get(cycle, "eol"), *from = node_get(cycle, "eolFrom");
    int64_t ms;
    if (!eol)
        eol = from && from->kind == NODE_TEXT ? from : node_get(cycle, "isEol");
    if (eol && eol->kind == NODE_BOOL) {
        buf_str(rows, eol->integer ? "true" : "false");
        return true;
    }
    if (node_text(eol).len != 10 || !day_of(node_text(eol), &ms))
        return error_set(e, "a cycle without a date, true or false as its eol");
    put_day(rows, ms);
    return true;
}

static bool put_cycle(struct feed *f, struct span product, const struct node *cycle, struct buf *rows,
                      struct error *e)
{
    const struct node *name = node_get(cycle, "cycle"), *latest = node_get(cycle, "latest");
    if (!name)
        name = node_get(cycle, "name");
    if (latest && latest->kind == NODE_MAP)
        latest = node_get(latest, "name");
    struct span text = node_text(name), release = node_text(latest);
    release = span_cut(&release, ' ');
    if (!text.len)
        return error_set(e, "a cycle without a name");
    if (!ascii_is_digit(text.at[0]))
        return true; /* a name that no version begins with */
    if (!word_ok(text, CYCLE_BYTES_MAX, ".-_+"))
        return error_set(e, "a cycle whose name is no word");
    buf_put(rows, product);
    buf_byte(rows, ',');
    buf_put(rows, text);
    buf_byte(rows, ',');
    if (!put_end(rows, cycle, e))
        return false;
    buf_byte(rows, ',');
    if (word_ok(release, CYCLE_BYTES_MAX, ".-_+~") && ascii_is_digit(release.at[0]))
        buf_put(rows, release);
    buf_str(rows, ",endoflife.date,");
    put_day(rows, f->as_of_ms);
    buf_byte(rows, '\n');
    f->rows++;
    return buf_ok(rows) || error_set(e, "out of memory");
}

static bool put_product(struct feed *f, struct span name, const struct node *cycles, struct buf *rows,
                        struct error *e)
{
    if (!word_ok(name, PRODUCT_BYTES_MAX, ".-_+"))
        return error_set(e, "the name of a product is missing or no word");
    if (!cycles || cycles->kind != NODE_LIST)
        return error_set(e, "%.*s has no list of cycles", SPAN_FMT(name));
    if (cycles->count > LIFECYCLE_CYCLES_MAX)
        return error_set(e, "%.*s has more than %d cycles", SPAN_FMT(name), LIFECYCLE_CYCLES_MAX);
    if (table_get(&f->names, name) || f->products++ == FEED_PRODUCTS_MAX)
        return error_set(e, "%.*s stands twice, or there are more than %d products", SPAN_FMT(name), FEED_PRODUCTS_MAX);
    for (const struct node *c = cycles->first; c; c = c->next)
        if (!put_cycle(f, name, c, rows, e))
            return error_in(e, "%.*s", SPAN_FMT(name));
    struct span kept = arena_copy(f->arena, name);
    return (kept.len && table_put(&f->names, kept, f)) || error_set(e, "out of memory");
}

/* One JSON text that is a product: v1's object, or v0's list of cycles. */
static bool read_product(struct feed *f, struct span json, struct span name, struct buf *rows, struct error *e)
{
    struct arena a;
    arena_init(&a, PIECE_ARENA_BYTES);
    const struct node *n = json_parse(&a, json, e);
    bool ok = n;
    if (n && n->kind == NODE_MAP)
        ok = put_product(f, node_text(node_get(n, "name")), node_get(n, "releases"), rows, e);
    else if (n)
        ok = put_product(f, name, n, rows, e);
    arena_release(&a);
    return ok;
}

/* v1's list of all products. */
static bool read_products(struct feed *f, struct span list, struct buf *rows, struct error *e)
{
    struct span s = span_trim(span_from(list, 1));
    while (s.len && s.at[0] == '{') {
        struct span product = value_at(s);
        if (!product.len)
            break;
        if (!read_product(f, product, SPAN_NONE, rows, e))
            return false;
        s = span_trim(span_from(s, product.len));
        if (!s.len || s.at[0] != ',')
            break;
        s = span_trim(span_from(s, 1));
    }
    return (s.len == 1 && s.at[0] == ']') || error_set(e, "not JSON: the list of products is broken");
}

/* ---- CISA ---------------------------------------------------------------------------------- */

static bool put_flaw(struct feed *f, const struct node *flaw, struct buf *rows, struct error *e)
{
    struct span cve = node_text(node_get(flaw, "cveID")), added = node_text(node_get(flaw, "dateAdded"));
    int64_t added_ms;
    if (!word_ok(cve, 20, "-") || !span_starts(cve, SPAN("CVE-")) || !day_of(added, &added_ms))
        return error_set(e, "a vulnerability without cveID or dateAdded");
    buf_put(rows, cve);
    buf_byte(rows, ',');
    put_day(rows, added_ms);
    buf_str(rows, span_is(node_text(node_get(flaw, "knownRansomwareCampaignUse")), "Known") ? ",known," : ",,");
    put_day(rows, f->as_of_ms);
    buf_byte(rows, '\n');
    f->rows++;
    return buf_ok(rows) || error_set(e, "out of memory");
}

static bool read_flaws(struct feed *f, struct span json, struct buf *rows, struct error *e)
{
    struct arena a;
    arena_init(&a, PIECE_ARENA_BYTES);
    const struct node *n = json_parse(&a, json, e), *list = node_get(n, "vulnerabilities");
    bool ok = n && ((list && list->kind == NODE_LIST && list->count && list->count <= FEED_FLAWS_MAX) ||
                    error_set(e, "'vulnerabilities' is no list of 1 to %d", FEED_FLAWS_MAX));
    if (ok)
        (void)day_of(node_text(node_get(n, "dateReleased")), &f->as_of_ms);
    for (const struct node *flaw = ok ? list->first : NULL; ok && flaw; flaw = flaw->next)
        ok = put_flaw(f, flaw, rows, e);
    f->kind = FEED_EXPLOITED;
    arena_release(&a);
    return ok;
}

/* ---- any ----------------------------------------------------------------------------------- */

static bool read_object(struct feed *f, struct span json, struct buf *rows, struct error *e)
{
    struct span flaws, result, made;
    if (!member(json, "vulnerabilities", &flaws) || !member(json, "result", &result) ||
        !member(json, "generated_at", &made))
        return error_set(e, "not JSON: the outer object is broken");
    if (flaws.len)
        return read_flaws(f, json, rows, e);
    (void)day_of(span_from(made, 1), &f->as_of_ms);
    if (result.len && result.at[0] == '[')
        return read_products(f, result, rows, e);
    if (result.len && result.at[0] == '{')
        return read_product(f, result, SPAN_NONE, rows, e);
    return error_set(e, "neither a file of endoflife.date nor CISA's catalog of known exploited vulnerabilities");
}

bool feed_read(struct arena *a, struct span json, struct span name, int64_t file_ms, struct buf *rows,
               struct feed *ret, struct error *e)
{
    *ret = (struct feed){ .kind = FEED_LIFECYCLE, .arena = a, .as_of_ms = file_ms };
    table_init(&ret->names, a, random_seed());
    json = span_trim(json);
    if (json.len > FEED_BYTES_MAX)
        return error_set(e, "longer than 32 MiB");
    if (!json.len || (json.at[0] != '{' && json.at[0] != '['))
        return error_set(e, "not JSON: an object or a list is wanted");
    if (json.at[0] == '{') {
        if (!read_object(ret, json, rows, e))
            return false;
    } else if (!name.len) {
        return error_set(e, "this is one product of API v0, which does not say its name: add --product NAME");
    } else if (!read_product(ret, json, name, rows, e)) {
        return false;
    }
    return ret->rows || error_set(e, "holds nothing that Ajar can use");
}
