/* Names -> who stands behind them: the tables of data/providers.csv and data/domains.csv, the rule
 * how far up a DNS name its owner stands, and the reader of distinguished names. */
#include "owner/attribution.h"

#include "base/random.h"
#include "text/csv.h"

static const uint8_t PRESENT;

void attribution_init(struct attribution_tables *t, struct arena *a, uint64_t seed)
{
    *t = (struct attribution_tables){ .arena = a };
    table_init(&t->providers, a, seed);
    table_init(&t->shelves, a, seed);
    table_init(&t->seconds, a, seed);
    table_init(&t->inside, a, seed);
    table_init(&t->nobody, a, seed);
}

static bool is_lower(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (ascii_lower(s.at[i]) != s.at[i])
            return false;
    return s.len > 0;
}

static bool take_provider(void *self, const struct csv_row *row, struct error *e)
{
    struct attribution_tables *t = self;
    if (!is_lower(row->field[0]) || row->field[1].len == 0)
        return error_set(e, "a suffix in lower case and a provider are wanted");
    char *who = arena_str(t->arena, row->field[1]);
    return (who && table_put(&t->providers, row->field[0], who)) || error_set(e, "out of memory");
}

bool attribution_load_providers(struct attribution_tables *t, const char *path, struct span text,
                                struct error *e)
{
    return csv_rows(path, text, PROVIDERS_COLUMNS, take_provider, t, e);
}

static bool take_domain(void *self, const struct csv_row *row, struct error *e)
{
    struct attribution_tables *t = self;
    struct span kind = row->field[0], name = row->field[1];
    struct table *to = span_is(kind, "second")   ? &t->seconds
                       : span_is(kind, "public") ? &t->shelves
                       : span_is(kind, "inside") ? &t->inside
                       : span_is(kind, "nobody") ? &t->nobody
                                                 : NULL;
    if (!to || !is_lower(name))
        return error_set(e, "second, public, inside or nobody and a name in lower case are wanted");
    return table_put(to, name, (void *)&PRESENT) || error_set(e, "out of memory");
}

bool attribution_load_domains(struct attribution_tables *t, const char *path, struct span text,
                              struct error *e)
{
    return csv_rows(path, text, DOMAINS_COLUMNS, take_domain, t, e);
}

struct attribution_tables *attribution_load(struct arena *a, const char *dir, struct error *e)
{
    struct attribution_tables *t = ARENA_NEW(a, struct attribution_tables);
    const char *path;
    struct span text;
    bool missing, ok = t || error_set(e, "%s: not enough memory", dir);
    if (t)
        attribution_init(t, a, random_seed());
    ok = ok && csv_read(a, dir, "providers.csv", &path, &text, &missing, e) &&
         (missing || attribution_load_providers(t, path, text, e));
    ok = ok && csv_read(a, dir, "domains.csv", &path, &text, &missing, e) &&
         (missing || attribution_load_domains(t, path, text, e));
    return ok ? t : NULL;
}

/* ---- DNS names ---- */

static bool label_ok(struct span label)
{
    if (label.len == 0 || label.len > 63)
        return false;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.at[i];
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '-' && c != '_')
            return false;
    }
    return true;
}

/* The name in lower case, without "*." and the last dot, in `to`. False where it is no DNS name of
 * at least two labels whose last one is more than digits. */
static bool name_tidy(struct span name, uint8_t to[static DOMAIN_BYTES_MAX], struct span *ret)
{
    if (span_starts(name, SPAN("*.")))
        name = span_from(name, 2);
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len == 0 || name.len > DOMAIN_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++)
        to[i] = ascii_lower(name.at[i]);
    *ret = span_of(to, name.len);
    size_t labels = 0;
    bool letters = false;
    for (struct span rest = *ret, label; rest.len; labels++) {
        label = span_cut(&rest, '.');
        if (!label_ok(label))
            return false;
        letters = false;
        for (size_t i = 0; i < label.len; i++)
            letters |= !ascii_is_digit(label.at[i]);
    }
    return labels >= 2 && letters;
}

/* The last `n` labels of a tidy name; all of it where it has no more. */
static struct span last_labels(struct span name, size_t n)
{
    size_t from = name.len;
    while (from > 0) {
        if (name.at[from - 1] == '.' && --n == 0)
            break;
        from--;
    }
    return span_from(name, from);
}

/* How many labels the shelf has on which the owner's label stands. */
static size_t shelf_labels(const struct attribution_tables *t, struct span name)
{
    size_t labels = 1;
    for (size_t n = 2; n <= 4; n++) {
        struct span shelf = last_labels(name, n);
        if (table_get(&t->shelves, shelf))
            labels = n;
        if (shelf.len == name.len)
            break;
    }
    struct span top = last_labels(name, 1), two = last_labels(name, 2);
    struct span second = span_first(two, two.len - top.len - 1);
    if (labels == 1 && top.len == 2 && table_get(&t->seconds, second))
        labels = 2;
    return labels;
}

bool domain_of(const struct attribution_tables *t, struct span name,
               uint8_t scratch[static DOMAIN_BYTES_MAX], struct span *ret)
{
    struct span tidy;
    if (!t || !name_tidy(name, scratch, &tidy))
        return false;
    if (table_get(&t->inside, last_labels(tidy, 1)) || table_get(&t->inside, last_labels(tidy, 2)))
        return false;
    size_t shelf = shelf_labels(t, tidy);
    if (last_labels(tidy, shelf).len == tidy.len)
        return false;
    *ret = last_labels(tidy, shelf + 1);
    return true;
}

const char *provider_of(const struct attribution_tables *t, struct span name)
{
    uint8_t scratch[DOMAIN_BYTES_MAX];
    struct span tidy;
    if (!t || !name_tidy(name, scratch, &tidy))
        return NULL;
    for (struct span rest = tidy; rest.len; (void)span_cut(&rest, '.')) {
        const char *who = table_get(&t->providers, rest);
        if (who)
            return who;
    }
    return NULL;
}

/* ---- distinguished names (RFC 4514) ---- */

static bool separates(uint8_t c)
{
    return c == ',' || c == ';' || c == '+';
}

/* Cuts one "TYPE=value" off, up to a separator that no backslash stands before. The semicolon is that
 * of RFC 1779 and of stored facts. */
static struct span cut_part(struct span *dn)
{
    size_t i = 0;
    while (i < dn->len && !separates(dn->at[i]))
        i += dn->at[i] == '\\' ? 2 : 1;
    struct span part = span_first(*dn, i);
    *dn = span_from(*dn, i + 1);
    return span_trim(part);
}

struct span dn_value(struct span dn, const char *attribute, struct arena *a)
{
    while (dn.len) {
        struct span value = cut_part(&dn), type = span_cut(&value, '=');
        if (!span_eq_nocase(type, span_str(attribute)))
            continue;
        size_t cut = value.len < OWNER_BYTES_MAX ? value.len : OWNER_BYTES_MAX;
        while (cut < value.len && cut > 0 && (value.at[cut] & 0xc0) == 0x80)
            cut--; /* no character is cut in two */
        value = span_first(value, cut);
        uint8_t *plain = value.len ? arena_alloc(a, value.len) : NULL;
        size_t len = 0;
        for (size_t i = 0; plain && i < value.len; i++) {
            i += value.at[i] == '\\' && i + 1 < value.len && !ascii_is_digit(value.at[i + 1]);
            plain[len++] = value.at[i];
        }
        return span_trim(span_of(plain, len));
    }
    return SPAN_NONE;
}
