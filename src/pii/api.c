/* The public interface over detectors, input and profile. Everything a caller gets back is copied
 * into the scan's own arena. */
#include "pii/pii.h"

#include <stdlib.h>
#include <time.h>

#include "pii/parts.h"
#include "pii/shown.h"
#include "pii/verdict.h"

enum { RESULTS_BYTES_MAX = 16 * 1024 * 1024, PATH_PARTS_MAX = 32 };

struct ajar_pii {
    struct detectors detectors;
};

struct doubted {
    size_t finding;
    bool beside; /* nothing at all where nothing is a person's */
};

struct ajar_pii_scan {
    const struct detectors *detectors;
    struct profile profile;
    struct input input;
    struct arena arena;
    LIST_OF(struct ajar_pii_finding) findings;
    LIST_OF(struct doubted) of_things; /* findings that may be of things as well */
    unsigned threads;
    bool settled, judged, ended;
};

static void say(char out[AJAR_PII_ERROR_MAX], const struct error *e)
{
    _Static_assert(sizeof(e->text) <= AJAR_PII_ERROR_MAX, "a whole sentence fits");
    if (out)
        memcpy(out, e->text, sizeof(e->text));
}

struct ajar_pii *ajar_pii_new(char error[AJAR_PII_ERROR_MAX])
{
    struct error e;
    struct tm day;
    time_t now = time(NULL);
    struct ajar_pii *pii = calloc(1, sizeof(*pii));
    error_set(&e, "not enough memory");
    int today = gmtime_r(&now, &day)
                    ? (day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday
                    : 20991231;
    if (pii && detectors_init(&pii->detectors, today, &e))
        return pii;
    say(error, &e);
    free(pii);
    return NULL;
}

void ajar_pii_free(struct ajar_pii *pii)
{
    if (pii)
        detectors_release(&pii->detectors);
    free(pii);
}

bool ajar_pii_add_detectors(struct ajar_pii *pii, const char *yaml, size_t length,
                            char error[AJAR_PII_ERROR_MAX])
{
    struct error e;
    if (detectors_add(&pii->detectors, span_of(yaml, length), &e))
        return true;
    say(error, &e);
    return false;
}

static bool format_by_name(const char *name, enum pii_format *ret)
{
    for (enum pii_format f = FORMAT_TEXT; f <= FORMAT_SQL; f++)
        if (strcmp(name, reader_format_name(f)) == 0) {
            *ret = f;
            return true;
        }
    return false;
}

struct ajar_pii_scan *ajar_pii_scan_new(const struct ajar_pii *pii,
                                        const struct ajar_pii_options *options)
{
    static const struct ajar_pii_options NONE;
    const struct ajar_pii_options *o = options ? options : &NONE;
    const struct class_engine *engine = o->engine ? class_engine_by_name(o->engine)
                                                  : class_engine_best();
    enum pii_format format = FORMAT_UNKNOWN;
    if (!engine || (o->format && !format_by_name(o->format, &format)))
        return NULL;
    struct ajar_pii_scan *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->detectors = &pii->detectors;
    arena_init(&s->arena, RESULTS_BYTES_MAX);
    if (profile_init(&s->profile, &pii->detectors, engine) &&
        input_init(&s->input, &s->profile, format, o->buffer_bytes)) {
        s->profile.keep_shapes = o->shapes;
        s->input.came = o->came;
        s->threads = o->shapes ? 1 : o->threads; /* which examples are kept goes by order */
        return s;
    }
    ajar_pii_scan_free(s);
    return NULL;
}

void ajar_pii_scan_free(struct ajar_pii_scan *s)
{
    if (!s)
        return;
    input_release(&s->input);
    profile_release(&s->profile);
    arena_release(&s->arena);
    free(s);
}

void ajar_pii_scan_write(struct ajar_pii_scan *s, const void *bytes, size_t length)
{
    input_count(&s->input, length);
    input_write(&s->input, span_of(bytes, length));
}

bool ajar_pii_scan_fd(struct ajar_pii_scan *s, int fd, char error[AJAR_PII_ERROR_MAX])
{
    struct error e;
    if (parts_read(&s->input, fd, s->threads, &e))
        return true;
    say(error, &e);
    return false;
}

bool ajar_pii_scan_end(struct ajar_pii_scan *s, char error[AJAR_PII_ERROR_MAX])
{
    struct error e;
    if (s->ended)
        return true;
    s->ended = true;
    if (input_end(&s->input, &e))
        return true;
    say(error, &e);
    return false;
}

void ajar_pii_record_begin(struct ajar_pii_scan *s)
{
    profile_record_begin(&s->profile);
}

void ajar_pii_record_value(struct ajar_pii_scan *s, const char *field, const void *value,
                           size_t length)
{
    uint16_t at = profile_field(&s->profile, FIELD_ROOT, span_str(field), FIELD_NONE);
    struct span v = span_of(value, length);
    profile_bytes(&s->profile, at, span_first(v, SCRATCH_BYTES));
    for (v = span_from(v, SCRATCH_BYTES); v.len; v = span_from(v, SCRATCH_BYTES))
        profile_more(&s->profile, at, span_first(v, SCRATCH_BYTES));
}

void ajar_pii_record_end(struct ajar_pii_scan *s)
{
    profile_record_end(&s->profile);
}

/* "case.reporter.phone". Every name passes the gate of shown.h. */
static const char *path_of(struct ajar_pii_scan *s, uint16_t field)
{
    const char *path = NULL;
    for (unsigned parts = 0; field != FIELD_ROOT && parts < PATH_PARTS_MAX; parts++) {
        const char *name = field_shown(&s->profile, field);
        path = path ? arena_printf(&s->arena, "%s.%s", name, path) : name;
        field = s->profile.fields[field]->parent;
    }
    return path ? path : s->profile.fields_full ? "(other fields)" : "(outside fields)";
}

static const char *shape_of(const struct field *f, const struct verdict *v)
{
    for (unsigned i = 0; f->shapes && i < SHAPES_PER_FIELD; i++)
        if (f->shapes[i].text[0] && f->shapes[i].type == v->type)
            return f->shapes[i].text;
    return NULL;
}

/* What is said of shops, plugs, statutes and leaflets as well as of people: positions, addresses, sexes,
 * texts about a subject. */
static bool is_nobodys_own(const char *type)
{
    static const unsigned OF_THINGS[] = { PII_GEO, PII_SEX, PII_MEDICAL, PII_POLICE, PII_ADDRESS, PII_SPECIAL };
    for (size_t i = 0; i < sizeof(OF_THINGS) / sizeof(OF_THINGS[0]); i++)
        if (strcmp(type, PII_TYPES[OF_THINGS[i]].name) == 0)
            return true;
    return false;
}

/* Does this verdict tell of a person, or of what one carries along? */
static bool is_personal(const struct detectors *d, const struct verdict *v)
{
    enum pii_category c = detectors_category(d, v->type);
    bool shops_too = v->type == PII_CN_ADDRESS || v->type == PII_PHONE ||
                     v->type == PII_CN_LANDLINE;
    return v->state == VERDICT_CONFIRMED && !v->test_data && !v->of_things &&
           !is_nobodys_own(detectors_type_name(d, v->type)) && !shops_too &&
           !(detectors_traits(d, v->type) & T_ORG) && c != SECRET &&
           (c != DEVICE || !(detectors_traits(d, v->type) & T_TRACE));
}

/* Where nothing else in the source is a person's, these are suspected at most. */
static void doubt_nobodys_own(struct ajar_pii_scan *s)
{
    for (size_t i = s->of_things.len; i-- > 0;) {
        struct ajar_pii_finding *f = &s->findings.at[s->of_things.at[i].finding];
        f->state = AJAR_PII_SUSPECTED;
        if (strcmp(f->type, PII_TYPES[PII_SPECIAL].name) != 0 && !s->of_things.at[i].beside)
            continue;
        /* The religions of countries are nobody's, nor are names that nobody knows. */
        size_t behind = s->findings.len - s->of_things.at[i].finding - 1;
        memmove(f, f + 1, behind * sizeof(*f));
        s->findings.len--;
    }
}

static void settle(struct ajar_pii_scan *s)
{
    if (!s->settled)
        profile_settle(&s->profile);
    s->settled = true;
}

static void judge(struct ajar_pii_scan *s)
{
    bool personal = false;
    settle(s);
    s->judged = true;
    for (size_t i = 0; i < s->profile.field_count; i++) {
        struct verdict v[VERDICTS_PER_FIELD_MAX];
        size_t count = verdict_field(&s->profile, (uint16_t)i, v);
        for (size_t k = 0; k < count; k++) {
            struct ajar_pii_finding *f = list_add(&s->arena, &s->findings);
            if (!f)
                return;
            bool things = v[k].of_things || v[k].beside || is_nobodys_own(detectors_type_name(s->detectors, v[k].type));
            struct doubted *thing = things ? list_add(&s->arena, &s->of_things) : NULL;
            if (thing)
                *thing = (struct doubted){ s->findings.len - 1, v[k].beside };
            personal = personal || is_personal(s->detectors, &v[k]);
            *f = (struct ajar_pii_finding){
                .field = path_of(s, (uint16_t)i),
                .type = verdict_type_name(s->detectors, &v[k]),
                .label = verdict_type_label(s->detectors, &v[k]),
                .category = pii_category_name(detectors_category(s->detectors, v[k].type)),
                .state = v[k].state == VERDICT_CONFIRMED ? AJAR_PII_CONFIRMED : AJAR_PII_SUSPECTED,
                .signals = v[k].signals,
                .in_text = v[k].in_text,
                .test_data = v[k].test_data,
                .passed = v[k].passed,
                .shaped = v[k].shaped,
                .sampled = v[k].sampled,
                .hits = v[k].hits,
                .chance = v[k].type == PII_NATIONAL ? NATIONAL_INFO[v[k].national].chance
                                                   : detectors_chance(s->detectors, v[k].type),
                .log10_odds = v[k].log10_odds,
                .distinct_low = v[k].distinct_low,
                .distinct = v[k].distinct,
                .distinct_high = v[k].distinct_high,
                .shape = shape_of(s->profile.fields[i], &v[k]),
                .line = s->profile.places_are_records ? 0 : v[k].line,
                .record = s->profile.places_are_records ? v[k].line : 0,
            };
        }
    }
    if (!personal)
        doubt_nobodys_own(s);
}

const struct ajar_pii_finding *ajar_pii_findings(struct ajar_pii_scan *s, size_t *ret_count)
{
    if (!s->judged)
        judge(s);
    *ret_count = s->findings.len;
    return s->findings.at;
}

static uint64_t count_values(const struct profile *p, size_t *ret_fields)
{
    uint64_t values = 0;
    *ret_fields = 0;
    for (size_t i = 0; i < p->field_count; i++) {
        values += p->fields[i]->values;
        *ret_fields += i > 0 && !p->fields[i]->folded;
    }
    return values;
}

void ajar_pii_summarise(struct ajar_pii_scan *s, struct ajar_pii_summary *ret)
{
    struct persons persons;
    size_t fields;
    settle(s);
    uint64_t values = count_values(&s->profile, &fields);
    *ret = (struct ajar_pii_summary){
        .format = input_format_name(&s->input),
        .coding = input_coding_name(&s->input),
        .bytes = s->input.bytes,
        .records = s->profile.records,
        .values = values,
        .fields = fields,
        .unread = s->input.container ? s->input.container->name : NULL,
    };
    if (verdict_persons(&s->profile, &persons)) {
        ret->persons_known = true;
        ret->persons_field = path_of(s, persons.field);
        ret->persons_low = persons.low;
        ret->persons = persons.estimate;
        ret->persons_high = persons.high;
    }
}

uint64_t ajar_pii_sample_to_see(double prevalence, double certainty)
{
    return sample_size_to_see(prevalence, certainty);
}

uint64_t ajar_pii_sample_for_share(double margin)
{
    return sample_size_for_share(margin);
}

void ajar_pii_share(uint64_t k, uint64_t n, double *ret_low, double *ret_high)
{
    wilson_interval(k, n, ret_low, ret_high);
}
