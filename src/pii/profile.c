/* Pushing values into fields. The hot path of everything structured: what happens for every value
 * is a judgement, a hash and at most one look into the sample; the rest is for deep records. */
#include "pii/profile.h"

#include <stdlib.h>

#include "pii/lines.h"
#include "pii/named.h"
#include "pii/quick.h"
#include "pii/subject.h"

enum { ADDRESS_LONGEST = 240, SETTING_BYTES_MAX = 200, LINE_LEAST = 12, SUBJECT_LEAST = 24 };

bool profile_init(struct profile *p, const struct detectors *d, const struct class_engine *engine)
{
    memset(p, 0, sizeof(*p));
    p->d = d;
    p->plan = d->plan;
    p->plan.stop[0] = '"';
    p->plan.stop[1] = '\\';
    p->engine = engine;
    p->deep = true;
    p->budget.left_bytes = SAMPLES_BYTES_MAX;
    arena_init(&p->arena, NODES_MAX * (sizeof(struct field) + FIELD_NAME_MAX +
                                       SHAPES_PER_FIELD * sizeof(struct shape)) +
                              65536);
    p->fields = arena_array(&p->arena, NODES_MAX, sizeof(*p->fields));
    struct field *root = p->fields ? ARENA_NEW(&p->arena, struct field) : NULL;
    if (!root || !masks_init(&p->scratch_masks, SCRATCH_BYTES / CLASS_BLOCK))
        return false;
    root->guess = root->first = FIELD_NONE;
    p->fields[0] = root;
    p->field_count = 1;
    return true;
}

void profile_release(struct profile *p)
{
    for (size_t i = 0; i < p->field_count; i++) {
        sample_release(&p->fields[i]->distinct, &p->budget);
        sample_release(&p->fields[i]->tokens, &p->budget);
    }
    sample_release(&p->people, &p->budget);
    masks_release(&p->scratch_masks);
    arena_release(&p->arena);
}

void profile_record_begin(struct profile *p)
{
    p->in_record = true;
    p->item_count = 0;
    p->who = 0;
    p->deep = profile_next_is_deep(p);
}

static struct pair_count *pair_of(struct profile *p, uint16_t id, uint16_t other)
{
    for (size_t i = 0; i < p->pair_count; i++)
        if (p->pairs[i].id == id && p->pairs[i].other == other)
            return &p->pairs[i];
    if (p->pair_count == PAIRS_MAX)
        return NULL;
    struct pair_count *pair = &p->pairs[p->pair_count++];
    *pair = (struct pair_count){ .id = id, .other = other };
    return pair;
}

static void compare(struct profile *p, const struct record_item *id,
                    const struct record_item *other)
{
    struct pair_count *pair = pair_of(p, id->field, other->field);
    if (!pair)
        return;
    if (other->date) {
        pair->birth_seen++;
        pair->birth_same += other->date == id->birth;
    }
    if (other->sex && id->birth_sex) {
        pair->sex_seen++;
        pair->sex_same += other->sex == id->birth_sex;
    }
}

void profile_record_end(struct profile *p)
{
    for (size_t i = 0; i < p->item_count; i++) {
        if (!p->items[i].birth)
            continue;
        for (size_t k = 0; k < p->item_count; k++)
            if (k != i && (p->items[k].date || p->items[k].sex))
                compare(p, &p->items[i], &p->items[k]);
    }
    if (p->who) {
        bool is_new;
        struct sample_entry *e = sample_add(&p->people, &p->budget, mix(p->who, HASH_K1), &is_new);
        if (e)
            e->count++;
        p->people_records++;
    }
    p->deep_records += p->deep;
    p->records++;
    p->in_record = false;
    p->deep = true; /* values outside records are always looked at */
    p->item_count = 0;
}

static uint32_t *decade_of(uint32_t decades[static DECADES], int date)
{
    int at = date / 100000 - 180;
    return at >= 0 && at < DECADES ? &decades[at] : NULL;
}

static void traits_add(struct profile *p, struct traits *t, const struct value *v, size_t len)
{
    t->forms[v->form]++;
    if (len < t->length_min)
        t->length_min = (uint32_t)len;
    if (len > t->length_max)
        t->length_max = (uint32_t)len;
    if (v->form == FORM_NUMBER && len <= NUMBER_DIGITS_MAX) {
        if (t->numbers) {
            bool rises = v->number > t->last_number;
            t->rising += rises;
            t->small_steps += rises && v->number - t->last_number <= 1000;
        }
        if (t->numbers++ == 0)
            t->first_number = v->number;
        t->last_number = v->number;
        t->number_min = v->number < t->number_min ? v->number : t->number_min;
        t->number_max = v->number > t->number_max ? v->number : t->number_max;
    }
    if (v->date) {
        uint32_t *decade = decade_of(t->decade, v->date);
        t->dates++;
        t->recent += v->date / 10000 + 3 >= p->d->rules.today / 10000;
        if (decade)
            (*decade)++;
    }
    if (v->birth) {
        uint32_t *decade = decade_of(t->birth_decade, v->birth);
        t->births++;
        t->birth_sex[v->birth_sex]++;
        t->counties += v->county;
        t->provinces[v->province / 64] |= 1ULL << (v->province % 64);
        if (decade)
            (*decade)++;
    }
}

static void record_add(struct profile *p, uint16_t field, const struct value *v)
{
    if (!p->in_record || p->item_count == RECORD_ITEMS_MAX || !(v->date || v->birth || v->sex))
        return;
    p->items[p->item_count++] = (struct record_item){
        .field = field, .date = v->date, .birth = v->birth, .sex = v->sex, .birth_sex = v->birth_sex
    };
}

/* Names and birth dates of one record together tell who it is about. */
static void who_add(struct profile *p, uint16_t field, const struct value *v, uint64_t hash)
{
    static const pii_set WHO = (pii_set)1 << PII_PERSON_NAME | (pii_set)1 << PII_CN_NAME |
                               (pii_set)1 << PII_BIRTH_DATE;
    const struct name_hint *hint = &p->fields[field]->hint;
    if (p->in_record && v->form != FORM_EMPTY && (hint->strong | hint->weak | hint->sure) & WHO)
        p->who += mix(hash, field + HASH_K0);
}

/* Three characters at the front and four at the back of long numbers, one and none of others. */
static void mask(struct span value, char out[static SHAPE_TEXT_MAX])
{
    size_t n = value.len < SHAPE_TEXT_MAX ? value.len : SHAPE_TEXT_MAX - 1;
    bool identity = n >= 15 && n <= 20;
    for (size_t i = 0; i < n; i++) {
        bool shown = identity ? i < 3 || i + 4 >= n : i == 0;
        out[i] = shown && value.at[i] > ' ' && value.at[i] < 0x7f ? (char)value.at[i] : '*';
    }
    out[n] = '\0';
}

static void keep_shape(struct profile *p, struct field *f, struct span value, pii_set pass)
{
    if (!f->shapes)
        f->shapes = arena_array(&p->arena, SHAPES_PER_FIELD, sizeof(*f->shapes));
    while (f->shapes && pass) {
        unsigned type = pii_pop(&pass), i = 0;
        while (i < SHAPES_PER_FIELD && f->shapes[i].text[0] && f->shapes[i].type != type)
            i++;
        if (i < SHAPES_PER_FIELD && !f->shapes[i].text[0]) {
            f->shapes[i].type = type;
            mask(value, f->shapes[i].text);
        }
    }
}

/* How a value begins; of a telephone number behind the country or the town, which all may share. */
static uint32_t head_of(struct span value, const struct pii_marks *m)
{
    enum { AREA = 4 };
    bool phone = pii_has(m->shape, PII_PHONE) && !(m->pass & ~pii_bit(PII_PHONE));
    uint8_t digits[COMPACT_MAX];
    size_t n = 0;
    for (size_t i = 0; phone && i < value.len && n < sizeof(digits); i++)
        if (ascii_is_digit(value.at[i]))
            digits[n++] = value.at[i];
    if (n > AREA)
        value = span_of(digits + AREA, n - AREA);
    if (pii_has(m->pass, PII_CN_MOBILE) && value.len > 11) /* +86 or 86 and gaps */
        value = span_from(value, value.len - 11);
    return (uint32_t)profile_hash(span_first(value, 3));
}

static uint32_t flags_of(struct span value, const struct pii_marks *m)
{
    bool role = pii_has(m->pass, PII_EMAIL) && token_is_role(value);
    return (m->test ? SAMPLE_TEST : 0) | (role ? SAMPLE_ROLE : 0) |
           (m->calling ? SAMPLE_CALLING : 0) | (m->single ? SAMPLE_SINGLE : 0) |
           (m->titled ? SAMPLE_TITLED : 0) |
           (uint32_t)m->national << SAMPLE_NATIONAL_AT;
}

/* Line ends in the window in front of block b: counted on, or back, from where they were last. */
static uint64_t lines_before(struct profile *p, size_t b)
{
    const uint64_t *line = p->window.masks->line;
    if (b >= p->counted_block)
        p->counted_lines += p->engine->count(line + p->counted_block, b - p->counted_block);
    else
        p->counted_lines -= p->engine->count(line + b, p->counted_block - b);
    p->counted_block = b;
    return p->counted_lines;
}

/* Where a value lies; of one that was put together elsewhere, where the one before it does. */
static uint64_t place_of(struct profile *p, struct span value)
{
    const struct text *w = &p->window;
    if (p->places_are_records)
        return p->records + 1;
    if (w->base && value.at >= w->base && value.at < w->base + w->len) {
        size_t at = (size_t)(value.at - w->base), b = at / CLASS_BLOCK;
        uint64_t last = w->masks->line[b] & ((1ULL << at % CLASS_BLOCK) - 1);
        p->place = p->window_line + 1 + lines_before(p, b) + p->engine->count(&last, 1);
    }
    return p->place;
}

void profile_window(struct profile *p, const struct text *t)
{
    p->window = *t;
    p->counted_block = 0;
    p->counted_lines = 0;
}

void profile_window_taken(struct profile *p, size_t taken)
{
    size_t b = taken / CLASS_BLOCK;
    uint64_t last = p->window.masks->line[b] & ((1ULL << taken % CLASS_BLOCK) - 1);
    p->window_line += lines_before(p, b) + p->engine->count(&last, 1);
    p->window = (struct text){ 0 };
}

/* Returns the entry of the value where the sample keeps it. */
static struct sample_entry *sample_put(struct profile *p, struct field *f, struct span value,
                                       uint64_t hash, const struct pii_marks *m)
{
    bool is_new;
    if (!sample_wants(&f->distinct, hash))
        return NULL;
    struct sample_entry *e = sample_add(&f->distinct, &p->budget, hash, &is_new);
    if (e)
        e->count++;
    if (!e || !is_new)
        return e;
    e->shape = m->shape;
    e->pass = m->pass;
    e->flags = flags_of(value, m);
    if (p->keep_shapes && m->pass)
        keep_shape(p, f, value, m->pass);
    e->head = head_of(value, m);
    e->line = m->pass ? place_of(p, value) : 0;
    return e;
}

static void token_found(void *self, struct span token, uint64_t hash, const struct pii_marks *m)
{
    struct profile *p = self;
    struct field *f = p->fields[p->current];
    bool is_new;
    struct sample_entry *e = sample_add(&f->tokens, &p->budget, hash, &is_new);
    if (e)
        e->count++;
    if (!e || !is_new)
        return;
    e->shape = m->shape;
    e->pass = m->pass;
    e->flags = flags_of(token, m);
    e->head = head_of(token, m);
    if (p->keep_shapes && m->pass)
        keep_shape(p, f, token, m->pass);
    if (m->pass) {
        e->line = place_of(p, token);
        struct name_hint hint = hint_before(p->d, p->text, 0, (size_t)(token.at - p->text->base));
        if ((hint.strong | hint.weak) & m->pass)
            e->flags |= SAMPLE_CONTEXT;
    }
}

static void search(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    if (!any_begins(t->masks, from, to))
        return;
    p->current = field;
    p->text = t;
    find_tokens(p->d, t, from, to, &p->fields[field]->tokens, token_found, p);
}

/* What exports write for "no value". */
static bool null_like(const struct piece *v)
{
    const uint8_t *s = v->at;
    switch (v->len) {
    case 0:
        return true;
    case 1:
        return s[0] == '-';
    case 2:
        return s[0] == '\\' && s[1] == 'N';
    case 3:
        return memcmp(s, "nan", 3) == 0 || memcmp(s, "NaN", 3) == 0 || memcmp(s, "N/A", 3) == 0 ||
               memcmp(s, "n/a", 3) == 0 || memcmp(s, "\xe6\x97\xa0", 3) == 0; /* 无 */
    case 4:
        return memcmp(s, "null", 4) == 0 || memcmp(s, "NULL", 4) == 0 || memcmp(s, "None", 4) == 0;
    default:
        return false;
    }
}

/* What a close look at a line found, behind a word that says what it is. */
static void line_found(void *self, struct span value, const struct pii_marks *m, bool called)
{
    struct profile *p = self;
    struct field *f = p->fields[p->current];
    uint64_t hash = profile_hash(value);
    bool is_new;
    if (!sample_wants(&f->tokens, hash))
        return;
    struct sample_entry *e = sample_add(&f->tokens, &p->budget, hash, &is_new);
    if (!e)
        return;
    e->count += is_new;
    e->shape |= m->shape;
    e->pass |= m->pass;
    e->flags |= flags_of(value, m) | (called ? SAMPLE_CONTEXT : 0U);
    if (is_new)
        e->head = head_of(value, m);
    if (!e->line)
        e->line = place_of(p, value);
    if (p->keep_shapes && m->pass)
        keep_shape(p, f, value, m->pass);
}

static void look_closely(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    if (p->records >= DEEP_FIRST && p->records % LOOK_EVERY)
        return;
    p->current = field;
    lines_look(p->d, &p->fields[field]->hint, t, from, to, line_found, p);
}

static void subject_add(struct profile *p, uint16_t field, const struct text *t, size_t from,
                        size_t to)
{
    struct subject subject = pii_subject_of(p->d, t, from, to);
    struct traits *traits = &p->fields[field]->traits;
    traits->texts++;
    traits->police += subject.police >= 3;
    traits->medical += subject.medical >= 3;
}

static __attribute__((noinline)) void long_value(struct profile *p, uint16_t field,
                                                 const struct text *t, size_t from, size_t to)
{
    struct field *f = p->fields[field];
    struct span s = span_of(t->base + from, to - from), key = span_first(s, LONG_KEY_BYTES);
    struct value v = { .form = FORM_OTHER };
    uint64_t hash = long_hash(s.at, s.len);
    bool wanted = sample_wants(&f->distinct, hash);
    struct sample_entry *known = wanted && !p->deep ? sample_find(&f->distinct, hash) : NULL;
    if (known) {
        known->count++;
    } else if (p->deep || wanted) {
        if (s.len <= ADDRESS_LONGEST)
            value_han(p->d, s, &v);
        if (s.len <= ADDRESS_LONGEST)
            mark_named(&f->hint, s, &v.marks);
        (void)sample_put(p, f, key, hash, &v.marks);
    }
    if (p->deep) {
        traits_add(p, &f->traits, &v, s.len);
        subject_add(p, field, t, from, to);
        look_closely(p, field, t, from, to);
    }
    search(p, field, t, from, to);
}

static bool worth_search(const struct piece *v)
{
    return __builtin_popcountll(v->digit) >= SEARCH_DIGITS_MIN || v->mailbox ||
           (v->literal && v->len > 16);
}

/* {"password": "..."} is one as much as password = "..." in a file of settings, which lines are searched for. */
static void setting_value(struct profile *p, uint16_t field, struct span value)
{
    enum { SIGNS = 3 };
    const struct field *f = p->fields[field];
    uint8_t text[FIELD_NAME_MAX + SETTING_BYTES_MAX + SIGNS], *to = text;
    if (memchr(value.at, '"', value.len) || f->name_len > FIELD_NAME_MAX || value.len > SETTING_BYTES_MAX)
        return;
    to = (uint8_t *)memcpy(to, f->name, f->name_len) + f->name_len;
    to = (uint8_t *)memcpy(to, "=\"", 2) + 2;
    to = (uint8_t *)memcpy(to, value.at, value.len) + value.len;
    *to++ = '"';
    const struct text t = profile_scratch(p, span_of(text, (size_t)(to - text)));
    search(p, field, &t, 0, t.len);
}

/* Judges a value in full. True where candidates may be inside it. */
static bool short_value(struct profile *p, uint16_t field, const struct text *t,
                        const struct piece *piece)
{
    struct field *f = p->fields[field];
    struct value v;
    struct span value = span_of(piece->at, piece->len);
    uint64_t hash = profile_hash(value);
    bool worth = worth_search(piece);
    if (!p->deep && !worth && !sample_wants(&f->distinct, hash))
        return false;
    value_judge(p->d, piece, &v);
    mark_named(&f->hint, value, &v.marks);
    struct sample_entry *e = sample_put(p, f, value, hash, &v.marks);
    if (p->deep) {
        traits_add(p, &f->traits, &v, piece->len);
        record_add(p, field, &v);
        who_add(p, field, &v, hash);
        if (piece->high && piece->len >= SUBJECT_LEAST)
            subject_add(p, field, t, (size_t)(piece->at - t->base),
                        (size_t)(piece->at - t->base) + piece->len);
    }
    pii_set loose = pii_bit(PII_CN_ADDRESS) | pii_bit(PII_CN_NAME) | pii_bit(PII_CN_ETHNIC);
    bool whole = (v.marks.shape & ~loose) != 0;
    if (p->deep && !whole && piece->len >= LINE_LEAST && v.form != FORM_NUMBER && v.form != FORM_DATE &&
        memchr(piece->at, ' ', piece->len))
        look_closely(p, field, t, (size_t)(piece->at - t->base),
                     (size_t)(piece->at - t->base) + piece->len);
    bool login = piece->mailbox && piece->colon && memmem(piece->at, piece->len, "://", 3); /* mongodb://jo:word@host */
    bool inside = (!whole || login) && v.form != FORM_NUMBER && v.form != FORM_DATE && worth;
    if (inside && e)
        e->flags |= SAMPLE_SEARCH;
    return inside;
}

static void search_alone(struct profile *p, uint16_t field, struct span value)
{
    uint8_t copy[PIECE_MAX]; /* it may lie in the scratch */
    memcpy(copy, value.at, value.len);
    const struct text t = profile_scratch(p, span_of(copy, value.len));
    search(p, field, &t, 0, t.len);
}

/* A short value that needs more than a look at the sample. */
static __attribute__((noinline)) void full_value(struct profile *p, uint16_t field,
                                                 const struct text *t, size_t from, size_t to)
{
    struct piece piece = piece_of(t, from, to);
    piece_trim(&piece);
    if (piece.len <= NULL_WORD_MAX && null_like(&piece)) {
        p->fields[field]->empties++;
        return;
    }
    if (!short_value(p, field, t, &piece))
        return;
    if (piece.literal && memchr(piece.at, '=', piece.len)) /* "PASSWORD=word", a line of its own */
        search_alone(p, field, span_of(piece.at, piece.len));
    else
        search(p, field, t, from, to);
}

static void either_value(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    if (to - from > PIECE_MAX)
        long_value(p, field, t, from, to);
    else
        full_value(p, field, t, from, to);
}

/* The text may be the scratch, where settings are put together. */
static __attribute__((noinline)) void set_value(struct profile *p, uint16_t field, const struct text *t, size_t from,
                                                size_t to)
{
    uint8_t copy[SETTING_BYTES_MAX];
    if (to - from > sizeof(copy) || !p->fields[field]->key || p->records >= SETTING_RECORDS) {
        either_value(p, field, t, from, to);
        return;
    }
    memcpy(copy, t->base + from, to - from);
    either_value(p, field, t, from, to);
    setting_value(p, field, span_trim(span_of(copy, to - from)));
}

void profile_value_whole(struct profile *p, uint16_t field, const struct text *t, size_t from,
                         size_t to)
{
    if (p->deep && p->fields[field]->setting)
        set_value(p, field, t, from, to);
    else
        either_value(p, field, t, from, to);
}

void profile_value(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    struct field *f = p->fields[field];
    f->values++;
    if (p->deep || !is_short(to - from) || !quick_value(f, t, from, to))
        profile_value_whole(p, field, t, from, to);
}

struct text profile_scratch(struct profile *p, struct span value)
{
    size_t n = value.len < SCRATCH_BYTES ? value.len : SCRATCH_BYTES;
    size_t blocks = (n + CLASS_BLOCK - 1) / CLASS_BLOCK;
    uint8_t *base = p->scratch + CLASS_SLACK;
    if (n)
        memcpy(base, value.at, n);
    memset(base + n, 0, 2 * CLASS_SLACK);
    p->engine->fill(&p->plan, base, blocks, &p->scratch_masks);
    return (struct text){ base, n, &p->scratch_masks };
}

void profile_bytes(struct profile *p, uint16_t field, struct span value)
{
    const struct text t = profile_scratch(p, value);
    profile_value(p, field, &t, 0, t.len);
}

void profile_more(struct profile *p, uint16_t field, struct span part)
{
    const struct text t = profile_scratch(p, part);
    search(p, field, &t, 0, t.len);
}

void profile_text(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    search(p, field, t, from, to);
}

void profile_subject(struct profile *p, uint16_t field, const struct text *t, size_t from,
                     size_t to, bool close)
{
    if (to - from >= SUBJECT_LEAST)
        subject_add(p, field, t, from, to);
    if (close)
        look_closely(p, field, t, from, to);
}
