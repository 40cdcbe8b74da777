/* Pushing values into fields. The hot path of everything structured: what happens for every value
 * is a judgement, a hash and at most one look into the sample; the rest is for deep records. */
#include "pii/profile.h"

#include <stdlib.h>

#include "pii/names.h"
#include "pii/hash.h"
#include "pii/subject.h"

enum { LONG_KEY_BYTES = 96, ADDRESS_LONGEST = 240, SEARCH_DIGITS_MIN = 8 };

bool profile_init(struct profile *p, const struct detectors *d, class_fn *fill)
{
    memset(p, 0, sizeof(*p));
    p->d = d;
    p->plan = d->plan;
    p->plan.quote = '"';
    p->plan.delim = ',';
    p->fill = fill;
    p->budget.left_bytes = SAMPLES_BYTES_MAX;
    arena_init(&p->arena, NODES_MAX * (sizeof(struct field) + FIELD_NAME_MAX +
                                       SHAPES_PER_FIELD * sizeof(struct shape)) +
                              65536);
    p->fields = arena_array(&p->arena, NODES_MAX, sizeof(*p->fields));
    struct field *root = p->fields ? ARENA_NEW(&p->arena, struct field) : NULL;
    if (!root)
        return false;
    root->guess = FIELD_NONE;
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
    arena_release(&p->arena);
}

static bool is_named(const struct field *f, uint16_t parent, struct span name)
{
    return f->parent == parent && f->name_len == name.len &&
           memcmp(f->name, name.at, name.len) == 0;
}

static uint16_t field_new(struct profile *p, uint16_t parent, struct span name, unsigned slot)
{
    struct field *f = p->field_count < NODES_MAX ? ARENA_NEW(&p->arena, struct field) : NULL;
    char *kept = f ? arena_str(&p->arena, name) : NULL;
    if (!kept) {
        p->fields_full = true;
        return FIELD_ROOT;
    }
    f->name = kept;
    f->name_len = name.len;
    f->head_mask = name.len < 8 ? (1ULL << name.len * 8) - 1 : ~0ULL;
    memcpy(&f->head, name.at, name.len < 8 ? name.len : 8);
    f->parent = parent;
    f->guess = FIELD_NONE;
    f->hint = detectors_name(p->d, name);
    f->traits.length_min = UINT32_MAX;
    f->traits.number_min = UINT64_MAX;
    p->fields[p->field_count] = f;
    p->slots[slot] = (uint16_t)p->field_count;
    return (uint16_t)p->field_count++;
}

uint16_t profile_field(struct profile *p, uint16_t parent, struct span name, uint16_t after)
{
    if (after != FIELD_NONE) {
        uint16_t guess = p->fields[after]->guess;
        if (guess != FIELD_NONE && is_named(p->fields[guess], parent, name))
            return guess;
    }
    if (name.len > FIELD_NAME_MAX || name_is_value(name))
        name = SPAN("*");
    unsigned slot = (unsigned)(profile_hash(name) + parent * 0x9e3779b1U) % NODE_SLOTS;
    uint16_t found = 0;
    for (; p->slots[slot]; slot = (slot + 1) % NODE_SLOTS)
        if (is_named(p->fields[p->slots[slot]], parent, name)) {
            found = p->slots[slot];
            break;
        }
    if (!found)
        found = field_new(p, parent, name, slot);
    if (after != FIELD_NONE && found)
        p->fields[after]->guess = found;
    return found;
}

void profile_record_begin(struct profile *p)
{
    p->in_record = true;
    p->item_count = 0;
    p->deep = p->records < DEEP_FIRST || p->records % DEEP_EVERY == 0;
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
    p->records++;
    p->in_record = false;
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
        t->numbers++;
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
    e->flags = m->test ? SAMPLE_TEST : 0;
    if (p->keep_shapes && m->pass)
        keep_shape(p, f, value, m->pass);
    e->head = (uint32_t)profile_hash(span_first(value, 3));
    return e;
}

/* The words just before a token, up to a line's start: "联系电话:", "card number = ". */
static struct span context_before(const struct text *t, size_t at)
{
    size_t end = at, steps = 0;
    while (end > 0 && steps++ < 8 && strchr(" \t:=\"'(+[<{", t->base[end - 1]) && t->base[end - 1])
        end--;
    while (end >= 3 &&
           (memcmp(t->base + end - 3, "：", 3) == 0 || memcmp(t->base + end - 3, "（", 3) == 0 ||
            memcmp(t->base + end - 3, "是", 3) == 0 || memcmp(t->base + end - 3, "为", 3) == 0))
        end -= 3;
    size_t start = end, spaces = 0;
    while (start > 0 && end - start < 36) {
        uint8_t c = t->base[start - 1];
        if (c >= 0x80) {
            bool stop = start >= 3 && (memcmp(t->base + start - 3, "，", 3) == 0 ||
                                       memcmp(t->base + start - 3, "。", 3) == 0 ||
                                       memcmp(t->base + start - 3, "、", 3) == 0);
            if (stop)
                break;
        } else if (!is_alnum(c) && c != '_' && c != '-' && !(c == ' ' && spaces++ < 2)) {
            break;
        }
        start--;
    }
    while (start < end && (t->base[start] & 0xc0) == 0x80)
        start++;
    return span_of(t->base + start, end - start);
}

static void token_found(void *self, struct span token, const struct pii_marks *m)
{
    struct profile *p = self;
    struct field *f = p->fields[p->current];
    uint64_t hash = profile_hash(token);
    bool is_new;
    if (!sample_wants(&f->tokens, hash))
        return;
    struct sample_entry *e = sample_add(&f->tokens, &p->budget, hash, &is_new);
    if (e)
        e->count++;
    if (!e || !is_new)
        return;
    e->shape = m->shape;
    e->pass = m->pass;
    e->flags = m->test ? SAMPLE_TEST : 0;
    e->head = (uint32_t)profile_hash(span_first(token, 3));
    if (p->keep_shapes && m->pass)
        keep_shape(p, f, token, m->pass);
    if (m->pass) {
        struct name_hint hint = detectors_name(
            p->d, context_before(p->text, (size_t)(token.at - p->text->base)));
        if ((hint.strong | hint.weak) & m->pass)
            e->flags |= SAMPLE_CONTEXT;
    }
}

static void search(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    p->current = field;
    p->text = t;
    find_tokens(p->d, t, from, to, token_found, p);
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

static void subject_add(struct profile *p, struct traits *t, struct span s)
{
    struct subject subject = pii_subject_of(p->d, s);
    t->texts++;
    t->police += subject.police >= 3;
    t->medical += subject.medical >= 3;
}

static void long_value(struct profile *p, uint16_t field, const struct text *t, size_t from,
                       size_t to)
{
    struct field *f = p->fields[field];
    struct span s = span_of(t->base + from, to - from), key = span_first(s, LONG_KEY_BYTES);
    struct value v = { .form = FORM_OTHER };
    uint64_t hash = profile_hash(key);
    bool deep = p->deep || !p->in_record, wanted = sample_wants(&f->distinct, hash);
    struct sample_entry *known = wanted && !deep ? sample_find(&f->distinct, hash) : NULL;
    if (known) {
        known->count++;
    } else if (deep || wanted) {
        if (s.len <= ADDRESS_LONGEST)
            value_han(p->d, s, &v);
        (void)sample_put(p, f, key, hash, &v.marks);
    }
    if (deep) {
        traits_add(p, &f->traits, &v, s.len);
        subject_add(p, &f->traits, s);
    }
    search(p, field, t, from, to);
}

/* The form of an ASCII value: its length and where its digits and capitals stand. */
static inline uint64_t form_of(uint64_t digit, uint64_t upper, size_t len)
{
    return mix(digit ^ len << 56 ^ 0xa0761d6478bd642fULL, upper ^ 0xe7037ed1a0b428dbULL) | 1;
}

static inline bool is_settled(const struct field *f, uint64_t form)
{
    return f->settled && f->forms[form / 2 % FORMS_KEPT] == form;
}

/* Is there one type that at least 95 of 100 distinct values are? Then values of the same form tell
 * nothing new, and only those that the sample wants are judged from here on; any other form still
 * is, so that what does not belong in the field is seen. */
static void settle(struct profile *p, struct field *f)
{
    f->settled = 0;
    for (unsigned type = 0; type < detectors_type_count(p->d); type++) {
        uint32_t pass = 0;
        for (uint32_t i = 0; i < f->distinct.used; i++)
            pass += pii_has(f->distinct.at[i].pass, type);
        if (pass >= 500 && pass * 100 >= f->distinct.used * 95U)
            f->settled = type + 1;
    }
}

static bool worth_search(const struct piece *v)
{
    return __builtin_popcountll(v->digit) >= SEARCH_DIGITS_MIN || v->mailbox ||
           (v->literal && v->len > 16);
}

/* Judges a value in full. */
static void short_value(struct profile *p, uint16_t field, const struct piece *piece, uint64_t hash,
                        bool deep)
{
    struct field *f = p->fields[field];
    struct value v;
    value_judge(p->d, piece, &v);
    if (++f->judged >= SETTLE_FIRST && (f->judged & (f->judged - 1)) == 0)
        settle(p, f);
    struct span value = span_of(piece->at, piece->len);
    struct sample_entry *e = sample_put(p, f, value, hash, &v.marks);
    if (deep) {
        traits_add(p, &f->traits, &v, piece->len);
        record_add(p, field, &v);
        if (piece->high && piece->len >= 24)
            subject_add(p, &f->traits, value);
    }
    pii_set loose = pii_bit(PII_CN_ADDRESS) | pii_bit(PII_CN_NAME) | pii_bit(PII_CN_ETHNIC);
    bool whole = (v.marks.shape & ~loose) != 0;
    if (!whole && v.form != FORM_NUMBER && v.form != FORM_DATE && worth_search(piece)) {
        if (e)
            e->flags |= SAMPLE_SEARCH;
        p->searching = true;
    } else if (f->settled && pii_has(v.marks.pass, f->settled - 1)) {
        uint64_t form = form_of(piece->digit, piece->upper, piece->len);
        f->forms[form / 2 % FORMS_KEPT] = form;
    }
}

/* E-mail addresses differ in form; one '@' among letters, digits and dots is settled as well. */
static inline bool is_plain_mailbox(const struct classes *c, const struct classes *next,
                                    unsigned shift, uint64_t all)
{
    uint64_t at = piece_cut(c->at, next->at, shift, all);
    uint64_t plain = piece_cut(c->digit | c->upper | c->lower | c->dot,
                               next->digit | next->upper | next->lower | next->dot, shift, all);
    return at && !(at & (at - 1)) && (plain | at) == all;
}

/* The shortest way, for values outside deep records that need no trimming: what the sample knows or
 * does not want and whose form is settled. False where the value must be looked at in full. */
static inline bool quick_value(struct field *f, const struct text *t, size_t from, size_t to)
{
    const struct classes *c = &t->masks[from / CLASS_BLOCK], *next = c + 1;
    uint8_t first = t->base[from], last = t->base[to - 1];
    bool trimmed = first > ' ' && first != '\'' && first != '"' && last > ' ' && last != '\'' &&
                   last != '"' && first != '-';
    if (!trimmed)
        return false;
    uint64_t hash = profile_hash(span_of(t->base + from, to - from));
    if (sample_wants(&f->distinct, hash)) {
        struct sample_entry *known = sample_find(&f->distinct, hash);
        if (!known || known->flags & SAMPLE_SEARCH)
            return false;
        known->count++;
        return true;
    }
    unsigned shift = from % CLASS_BLOCK;
    uint64_t all = piece_ones(to - from), digit = piece_cut(c->digit, next->digit, shift, all);
    if (piece_cut(c->high, next->high, shift, all)) {
        /* Names and addresses are told by their share, which the sample knows. */
        uint64_t other = piece_cut(c->at | c->literal, next->at | next->literal, shift, all);
        if (other || __builtin_popcountll(digit) >= SEARCH_DIGITS_MIN)
            return false;
    } else {
        if (!f->settled)
            return false;
        bool known = f->settled == PII_EMAIL + 1
                         ? is_plain_mailbox(c, next, shift, all)
                         : is_settled(f,
                                      form_of(digit, piece_cut(c->upper, next->upper, shift, all),
                                              to - from));
        if (!known)
            return false;
    }
    return true;
}

void profile_value(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    struct field *f = p->fields[field];
    bool deep = p->deep || !p->in_record;
    f->values++;
    if (to - from > PIECE_MAX) {
        long_value(p, field, t, from, to);
        return;
    }
    if (!deep && to > from && quick_value(f, t, from, to))
        return;
    struct piece piece = piece_of(t, from, to);
    piece_trim(&piece);
    if (piece.len <= 4 && null_like(&piece)) {
        f->empties++;
        return;
    }
    p->searching = false;
    short_value(p, field, &piece, profile_hash(span_of(piece.at, piece.len)), deep);
    if (p->searching)
        search(p, field, t, from, to);
}

/* The bytes in the scratch buffer, with masks. */
static struct text scratch_text(struct profile *p, struct span value)
{
    size_t n = value.len < SCRATCH_BYTES ? value.len : SCRATCH_BYTES;
    size_t blocks = (n + CLASS_BLOCK - 1) / CLASS_BLOCK;
    if (n)
        memcpy(p->scratch, value.at, n);
    memset(p->scratch + n, 0, 2 * CLASS_SLACK);
    p->fill(&p->plan, p->scratch, blocks, p->scratch_masks);
    memset(&p->scratch_masks[blocks], 0, 2 * sizeof(p->scratch_masks[0]));
    return (struct text){ p->scratch, n, p->scratch_masks };
}

void profile_bytes(struct profile *p, uint16_t field, struct span value)
{
    const struct text t = scratch_text(p, value);
    profile_value(p, field, &t, 0, t.len);
}

void profile_more(struct profile *p, uint16_t field, struct span part)
{
    const struct text t = scratch_text(p, part);
    search(p, field, &t, 0, t.len);
}

void profile_text(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to)
{
    search(p, field, t, from, to);
}

void profile_subject(struct profile *p, uint16_t field, struct span line)
{
    subject_add(p, &p->fields[field]->traits, line);
}
