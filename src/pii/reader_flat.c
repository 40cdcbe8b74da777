/* NDJSON as exports write it: every line an object, the same keys in the same order, all values
 * strings or numbers. Once a thousand records have been seen, their common form is learned, and each further one
 * is compared with it and cut in one go. What does not fit goes on with the general reader, from the
 * very member at which it turned out. */
#include "pii/quick.h"
#include "pii/reader.h"

enum { PATIENCE_MAX = 255 };

static void forget(struct flat *l)
{
    l->count = 0;
    l->rest = l->patience;
    l->patience = l->patience < PATIENCE_MAX / 2 ? (uint16_t)(l->patience * 2 + 1) : PATIENCE_MAX;
}

/* FLAT_OPEN_BYTES behind `s` are readable: texts have slack. */
TWICE_INLINE bool begins_with(const uint8_t *s, const struct flat_member *m)
{
    uint64_t odd = ((load8(s) ^ m->head[0]) & m->mask[0]) |
                   ((load8(s + 8) ^ m->head[1]) & m->mask[1]);
    return odd == 0 && (m->open_len <= 16 || memcmp(s + 16, m->open + 16, m->open_len - 16U) == 0);
}

/* What numbers, true, false and null are made of. */
static const bool IS_SCALAR[256] = {
    ['0' ... '9'] = true, ['a' ... 'z'] = true, ['A' ... 'Z'] = true,
    ['+'] = true,         ['-'] = true,         ['.'] = true,
};

/* Cuts the member at *key, which is the last one of its record or not: the value, and where the next
 * key or the brace is. False where it has another form. */
TWICE_INLINE bool cut_member(const struct flat *l, const struct text *t,
                             const struct flat_member *m, bool scalar, bool last, size_t *key,
                             size_t *ret_value, size_t *ret_end)
{
    size_t value = *key + m->open_len, end = value;
    if (!begins_with(t->base + *key, m))
        return false;
    if (scalar)
        while (IS_SCALAR[t->base[end]])
            end++;
    else
        end = TEXT_NEXT(t, value, m_->stop[b_]);
    if (scalar ? end == value : t->base[end] != '"')
        return false;
    size_t close = end + !scalar;
    uint32_t behind = load4(t->base + close);
    if (last ? (behind & 0xff) != '}' : (behind & l->next_mask) != l->next)
        return false;
    *ret_value = value;
    *ret_end = end;
    *key = close + (last ? 0 : l->key_behind);
    return true;
}

/* How a member of this field begins in the text at `at`. False where that cannot be compared. */
static bool learn_member(const struct field *f, bool wide, const struct text *t, size_t at,
                         struct flat_member *m)
{
    static const uint8_t ONES[16] = { [0 ... 15] = 0xff };
    struct span colon = wide ? SPAN("\": ") : SPAN("\":");
    size_t n = 1 + f->name_len + colon.len;
    if (f->name_len == 0 || n + 1 > FLAT_OPEN_BYTES || f->head_mask == 0)
        return false;
    *m = (struct flat_member){ .open = { '"' }, .scalar = t->base[at + n] != '"' };
    memcpy(m->open + 1, f->name, f->name_len);
    memcpy(m->open + 1 + f->name_len, colon.at, colon.len);
    if (!m->scalar)
        m->open[n++] = '"';
    m->open_len = (uint8_t)n;
    memcpy(m->head, m->open, sizeof(m->head));
    memcpy(m->mask, ONES, n < sizeof(m->mask) ? n : sizeof(m->mask));
    return true;
}

/* The form of the record at `at`: its members come in the order in which keys came last, or nothing is
 * learned. */
static void learn(struct flat *l, struct profile *p, const struct text *t, size_t at)
{
    uint16_t field = p->fields[FIELD_ROOT]->first;
    profile_columns(p, t); /* they may come to be of other fields */
    forget(l);
    if (field == FIELD_NONE)
        return;
    size_t key = at + 1, value, end, colon = key + p->fields[field]->name_len + 2;
    bool wide = colon + 1 < t->len && t->base[colon + 1] == ' ';
    memcpy(&l->next, wide ? ", \"" : ",\"", wide ? 4 : 3);
    l->next_mask = wide ? 0xffffff : 0xffff;
    l->key_behind = wide ? 2 : 1;
    l->scalars = false;
    for (size_t n = 0; n < COLUMNS_AT_ONCE && field != FIELD_NONE; n++) {
        struct flat_member *m = &l->members[n];
        const struct field *f = p->fields[field];
        bool last = f->guess == FIELD_NONE;
        if (f->parent != FIELD_ROOT || key + FLAT_OPEN_BYTES > t->len ||
            !learn_member(f, wide, t, key, m) ||
            !cut_member(l, t, m, m->scalar, last, &key, &value, &end))
            return;
        m->field = field;
        l->scalars |= m->scalar;
        if (last)
            l->count = n + 1;
        field = f->guess;
    }
}

/* Cuts the members of the record whose first key is at *key. Returns how many fit; *key is at the
 * first that does not, or at the brace behind the last one. */
TWICE_INLINE size_t cut_members(const struct flat *l, struct profile *p, const struct text *t,
                                bool scalars, size_t *key)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct flat_member *m = &l->members[i];
        size_t value, end;
        bool scalar = scalars && m->scalar;
        if (!cut_member(l, t, m, scalar, i + 1 == l->count, key, &value, &end))
            return i;
        uint8_t first = t->base[value];
        if (!scalar || ascii_is_digit(first) || first == '-' || first == 'n')
            column_put(&p->columns[i], m->field, value, end);
    }
    return l->count;
}

/* The general reader goes on at a key, behind `taken` members. */
static void leave_open(struct json_reader *r, struct profile *p, size_t taken)
{
    uint16_t last = taken ? r->flat.members[taken - 1].field : FIELD_NONE;
    profile_record_begin(p);
    r->levels[0] = (struct json_level){ .field = FIELD_ROOT, .last = last };
    r->depth = r->record_depth = 1;
    r->key = taken ? last : FIELD_ROOT;
    r->expect = EXPECT_KEY;
}

/* The record at `at` and all that follow, until one does not fit or is a deep one. */
TWICE_INLINE size_t read_records(struct json_reader *r, struct profile *p, const struct text *t,
                                 size_t at, bool scalars)
{
    struct flat *l = &r->flat;
    do {
        size_t key = at + 1;
        if (profile_row(p, t))
            l->patience = 0;
        size_t taken = cut_members(l, p, t, scalars, &key);
        if (taken < l->count) {
            leave_open(r, p, taken);
            if (t->len - key > PIECE_MAX)
                forget(l);
            return key;
        }
        p->records++;
        for (at = key + 1; at < t->len && (t->base[at] == '\n' || t->base[at] == '\r'); at++)
            ;
    } while (at < t->len && t->base[at] == '{' && !profile_next_is_deep(p));
    return at;
}

/* Twice more: most exports have strings only, and then nothing asks whether a value is one. */
TWICE_INLINE size_t read_either(struct json_reader *r, struct profile *p, const struct text *t,
                                size_t at)
{
    return r->flat.scalars ? read_records(r, p, t, at, true) : read_records(r, p, t, at, false);
}

#ifdef __x86_64__
BMI_TARGET static size_t read_records_bmi(struct json_reader *r, struct profile *p,
                                          const struct text *t, size_t at)
{
    return read_either(r, p, t, at);
}
#endif

size_t flat_read(struct json_reader *r, struct profile *p, const struct text *t, size_t at)
{
    struct flat *l = &r->flat;
    if (profile_next_is_deep(p))
        return at;
    if (l->rest) {
        l->rest--;
        return at;
    }
    if (l->count == 0)
        learn(l, p, t, at);
    if (l->count == 0 || !profile_may_wait(p, l->count))
        return at;
#ifdef __x86_64__
    if (has_bmi())
        return read_records_bmi(r, p, t, at);
#endif
    return read_either(r, p, t, at);
}
