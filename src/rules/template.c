/* The sentence of a finding: text with {fields}. `[...]` is a section that vanishes as a whole
 * where one of its fields is not known; outside a section such a field reads "unknown". A doubled
 * brace or bracket stands for itself.
 *
 * Foreign bytes go in raw, cut at NAME_SHOWN_MAX: who prints a finding escapes it. */
#include "rules/template.h"

#include "base/clock.h"
#include "base/writer.h"
#include "text/amount.h"

enum { NAME_SHOWN_MAX = 80, NAMES_SHOWN_MAX = 5, PIECES_MAX = 200, DAY_MS = 86400000 };

struct format_name {
    const char *word;
    enum format format;
};

static const struct format_name FORMATS[] = {
    { "plain", FORMAT_PLAIN }, { "human", FORMAT_HUMAN }, { "date", FORMAT_DATE },
    { "time", FORMAT_TIME },   { "age", FORMAT_AGE },     { "list", FORMAT_LIST },
};

/* ---- compiling ---- */

static bool compile_field(struct mapper *m, const struct node *at,
                          struct span inside,
                          unsigned section, struct template *t)
{
    struct piece *piece = list_add(m->arena, &t->pieces);
    if (!piece)
        return map_no_memory(m);
    struct span word = span_cut(&inside, ':');
    piece->section = section;
    if (!field_compile(m, at, span_trim(word), &piece->field))
        return false;
    struct span format = span_trim(inside);
    if (format.len == 0)
        return true;
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++)
        if (span_is(format, FORMATS[i].word)) {
            piece->format = FORMATS[i].format;
            return true;
        }
    if (span_is(span_cut(&format, ' '), "count")) {
        piece->format = FORMAT_COUNT;
        piece->one = span_cut(&format, ' ');
        piece->many = format;
        if (piece->one.len && piece->many.len)
            return true;
    }
    return map_wrong(m, at,
                       "unknown format in {%.*s:...}; known: plain, human, date, time, age, list, "
                              "count ONE MANY", SPAN_FMT(word));
}

static bool add_literal(struct mapper *m, struct span text, unsigned section, struct template *t)
{
    if (text.len == 0)
        return true;
    struct piece *piece = list_add(m->arena, &t->pieces);
    if (!piece)
        return map_no_memory(m);
    piece->literal = text;
    piece->section = section;
    return true;
}

static bool is_mark(uint8_t c)
{
    return c == '{' || c == '}' || c == '[' || c == ']';
}

/* One mark at the front of *rest; `section` is the open section, or 0. */
static bool compile_mark(struct mapper *m, const struct node *n,
                         struct span *rest,
                         unsigned *section, unsigned *sections, struct template *t)
{
    uint8_t c = rest->at[0];
    if (rest->len > 1 && rest->at[1] == c) {
        struct span literal = span_first(*rest, 1);
        *rest = span_from(*rest, 2);
        return add_literal(m, literal, *section, t);
    }
    *rest = span_from(*rest, 1);
    if (c == '{') {
        size_t end = span_index(*rest, '}');
        if (end == rest->len)
            return map_wrong(m, n, "'{' without '}' (a brace itself is written '{{')");
        struct span inside = span_first(*rest, end);
        *rest = span_from(*rest, end + 1);
        return compile_field(m, n, inside, *section, t);
    }
    if (c == '[' && *section == 0) {
        *section = ++*sections;
        return true;
    }
    if (c == ']' && *section) {
        *section = 0;
        return true;
    }
    return map_wrong(m, n, "a lone '%c' (sections do not nest; the sign itself is written twice)",
                       c);
}

bool template_compile(struct mapper *m, const struct node *n,
                      struct template *ret)
{
    struct span rest = span_trim(node_text(n));
    unsigned section = 0, sections = 0;
    if (rest.len == 0)
        return map_wrong(m, n, "the text is empty");
    while (rest.len) {
        if (ret->pieces.len > PIECES_MAX)
            return map_wrong(m, n, "more than %d pieces", PIECES_MAX);
        size_t plain = 0;
        while (plain < rest.len && !is_mark(rest.at[plain]))
            plain++;
        if (!add_literal(m, span_first(rest, plain), section, ret))
            return false;
        rest = span_from(rest, plain);
        if (rest.len && !compile_mark(m, n, &rest, &section, &sections, ret))
            return false;
    }
    return section ? map_wrong(m, n, "'[' without ']'") : true;
}

size_t template_names(const struct template *t, const char **keys, size_t len, size_t max)
{
    for (size_t i = 0; i < t->pieces.len && len < max; i++)
        if (t->pieces.at[i].field.key)
            keys[len++] = t->pieces.at[i].field.key;
    return len;
}

/* ---- rendering ---- */

/* What does not fit is left out, so that the sentence stays usable; never half a UTF-8 sign. */
static struct span utf8_first(struct span s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && (s.at[max] & 0xc0) == 0x80)
        max--;
    return span_first(s, max);
}

static void put(struct writer *w, struct span s)
{
    s = utf8_first(s, w->cap - w->len);
    writer_put(w, s);
}

static void put_str(struct writer *w, const char *text)
{
    put(w, span_str(text));
}

static void put_plain(struct writer *w, uint64_t n)
{
    uint8_t digits[20];
    struct writer d = writer_over(digits, sizeof(digits));
    writer_dec(&d, n);
    put(w, writer_span(&d));
}

enum { AMOUNT_BYTES = 48 };

static struct buf amount_over(uint8_t room[static AMOUNT_BYTES])
{
    return (struct buf){ .at = room, .cap = AMOUNT_BYTES, .max = AMOUNT_BYTES };
}

static void put_number(struct writer *w, int64_t value)
{
    uint8_t room[AMOUNT_BYTES];
    struct buf text = amount_over(room);
    if (value < 0)
        put_str(w, "-");
    put_count(&text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    put(w, buf_span(&text));
}

static void put_bytes(struct writer *w, int64_t value)
{
    uint8_t room[AMOUNT_BYTES];
    struct buf text = amount_over(room);
    put_size(&text, value < 0 ? 0 : (uint64_t)value);
    put(w, buf_span(&text));
}

/* How far away, before or after: rules say which. */
static void put_distance(struct writer *w, int64_t days)
{
    uint8_t room[AMOUNT_BYTES];
    struct buf text = amount_over(room);
    put_days(&text, days < 0 ? 0 - (uint64_t)days : (uint64_t)days);
    put(w, buf_span(&text));
}

/* The largest NAMES_SHOWN_MAX, in the order of the list: what is large is what matters. */
static size_t largest(const struct observation *o, const struct collection *ret[static NAMES_SHOWN_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        size_t least = 0;
        if (n < NAMES_SHOWN_MAX) {
            ret[n++] = c;
            continue;
        }
        for (size_t k = 1; k < n; k++)
            if (ret[k]->records <= ret[least]->records)
                least = k;
        if (c->records <= ret[least]->records)
            continue;
        memmove(ret + least, ret + least + 1, (n - 1 - least) * sizeof(ret[0]));
        ret[n - 1] = c;
    }
    return n;
}

static void put_names(struct writer *w, const struct observation *o)
{
    const struct collection *shown[NAMES_SHOWN_MAX];
    size_t n = largest(o, shown);
    for (size_t i = 0; i < n; i++) {
        if (i)
            put_str(w, ", ");
        struct span name = shown[i]->name;
        put(w, utf8_first(name, NAME_SHOWN_MAX));
        if (name.len > NAME_SHOWN_MAX)
            put_str(w, "...");
    }
    int64_t all = o->collection_count > (int64_t)o->collections.len ? o->collection_count
                                                                      : (int64_t)o->collections.len;
    if (all > NAMES_SHOWN_MAX) {
        put_str(w, " and ");
        put_number(w, all - NAMES_SHOWN_MAX);
        put_str(w, " more");
    }
}

static void put_when(struct writer *w, const struct piece *p, int64_t at_ms, int64_t now_ms)
{
    char text[TIME_TEXT_MAX];
    if (p->format == FORMAT_AGE)
        put_distance(w, (now_ms / 1000 - at_ms / 1000) / (DAY_MS / 1000));
    else
        put(w, span_first(span_str(time_text(at_ms, text)), p->format == FORMAT_TIME ? 20 : 10));
}

static bool is_at_least(const struct piece *p, const struct subject *s)
{
    enum field_id id = p->field.id;
    return (id == FIELD_COLLECTIONS || id == FIELD_RECORDS || id == FIELD_BYTES) && counts_are_partial(s->seen);
}

static void put_value(struct writer *w, const struct piece *p, const struct value *v,
                      const struct subject *s)
{
    if (v->type == VALUE_NUMBER && is_at_least(p, s))
        put_str(w, "at least ");
    switch (v->type) {
    case VALUE_NONE:
        put_str(w, "unknown");
        break;
    case VALUE_TEXT:
        put(w, utf8_first(v->text, NAME_SHOWN_MAX));
        if (v->text.len > NAME_SHOWN_MAX)
            put_str(w, "...");
        break;
    case VALUE_BOOL:
        put_str(w, v->number ? "yes" : "no");
        break;
    case VALUE_TIME:
        put_when(w, p, v->number, s->now_ms);
        break;
    case VALUE_NAMES:
        put_names(w, s->seen);
        break;
    case VALUE_NUMBER:
        if (p->format == FORMAT_HUMAN) {
            put_bytes(w, v->number);
        } else if (p->format == FORMAT_AGE) {
            put_distance(w, v->number);
        } else if ((p->format == FORMAT_PLAIN || p->field.id == FIELD_PORT) && v->number >= 0) {
            put_plain(w, (uint64_t)v->number);
        } else {
            put_number(w, v->number);
            if (p->format == FORMAT_COUNT) {
                put_str(w, " ");
                put(w, v->number == 1 ? p->one : p->many);
            }
        }
    }
}

struct span template_render(const struct template *t, const struct subject *s, struct arena *a)
{
    uint8_t text[WHY_BYTES_MAX];
    char scratch[ENDPOINT_TEXT_MAX];
    struct writer w = writer_over(text, sizeof(text));
    unsigned section = 0;  /* the one being written */
    unsigned dropped = 0;  /* the one being skipped */
    size_t section_at = 0; /* where it began */
    for (size_t i = 0; i < t->pieces.len; i++) {
        const struct piece *p = &t->pieces.at[i];
        if (p->section && p->section == dropped)
            continue;
        if (p->section != section) {
            section = p->section;
            section_at = w.len;
        }
        if (p->literal.len) {
            put(&w, p->literal);
            continue;
        }
        struct value v = field_value(&p->field, s, scratch);
        if (v.type == VALUE_NONE && p->section) {
            w.len = section_at;
            dropped = p->section;
            continue;
        }
        put_value(&w, p, &v, s);
    }
    return arena_copy(a, writer_span(&w));
}
