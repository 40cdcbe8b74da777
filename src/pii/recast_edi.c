/* Messages between machines: HL7 v2 (hospitals), X12 (insurers, shops in America), EDIFACT (everywhere else).
 * Segments of elements by position; those that hold people's data get the names that a table would give them,
 * others the name of their segment. A new patient, party or message begins a record. */
#include "pii/recast_inside.h"

enum { SEGMENT_NAME_MAX = 3, ELEMENTS_MAX = 64 };

struct meaning {
    const char *segment;
    unsigned element; /* counted from 1 behind the name of the segment */
    const char *name;
};

static const struct meaning HL7[] = {
    { "PID", 2, "patient id" },      { "PID", 3, "patient id" },        { "PID", 5, "patient name" },
    { "PID", 6, "mother name" },     { "PID", 7, "birth date" },        { "PID", 8, "sex" },
    { "PID", 9, "patient name" },    { "PID", 10, "race" },             { "PID", 11, "postal address" },
    { "PID", 13, "phone" },          { "PID", 14, "work phone" },       { "PID", 17, "religion" },
    { "PID", 18, "account number" }, { "PID", 19, "ssn" },              { "PID", 22, "ethnic group" },
    { "NK1", 2, "contact person" },  { "NK1", 4, "postal address" },    { "NK1", 5, "phone" },
    { "NK1", 6, "work phone" },      { "GT1", 3, "full name" },         { "GT1", 5, "postal address" },
    { "GT1", 6, "phone" },           { "GT1", 8, "birth date" },        { "GT1", 9, "sex" },
    { "GT1", 12, "ssn" },            { "IN1", 16, "insured full name" }, { "IN1", 18, "birth date" },
    { "IN1", 19, "postal address" }, { "IN1", 36, "insured id" },       { "IN1", 49, "insured id" },
    { "DG1", 3, "diagnosis code" },  { "DG1", 4, "diagnosis" },         { "OBX", 5, "clinical notes" },
    { "NTE", 3, "clinical notes" },  { "PV1", 7, "doctor name" },       { "PV1", 8, "doctor name" },
    { "PV1", 9, "doctor name" },     { "AL1", 3, "allergy" },           { "STF", 3, "full name" },
    { "STF", 10, "phone" },          { NULL, 0, NULL }
};

static const struct meaning X12[] = {
    { "N3", 1, "postal address" }, { "N4", 1, "city" }, { "CLM", 1, "claim number" },
    { "NTE", 2, "clinical notes" }, { NULL, 0, NULL }
};

static const struct meaning EDIFACT[] = {
    { "ADR", 2, "postal address" }, { "PDI", 1, "sex" }, { NULL, 0, NULL }
};

static struct span meaning_of(const struct meaning *list, struct span segment, unsigned element)
{
    for (; list->segment; list++)
        if (list->element == element && span_is(segment, list->segment))
            return span_str(list->name);
    return segment;
}

/* The i-th part, counted from 0. */
static struct span part(struct span s, uint8_t sign, size_t i)
{
    struct span one = span_cut(&s, sign);
    for (; i; i--)
        one = s.len ? span_cut(&s, sign) : SPAN_NONE;
    return one;
}

/* ^MEYER^ANNA^M: family and given name, and words where only one is wanted. */
static void put_person(struct tree *t, struct span name, struct span value, size_t family)
{
    struct span last = part(part(value, '^', family), '&', 0), first = part(value, '^', family + 1);
    tree_open(t, name);
    tree_value(t, SPAN("last name"), last);
    tree_value(t, SPAN("first name"), first);
    tree_close(t);
}

/* Components and repetitions side by side: "1 Main St, Springfield, IL". */
static void put_joined(struct recast *r, struct span name, struct span value)
{
    buf_reset(&r->value);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        bool sign = c == '^' || c == '&' || c == '~';
        if (!sign)
            buf_byte(&r->value, c);
        else if (r->value.len && r->value.at[r->value.len - 1] != ' ')
            buf_str(&r->value, ", ");
    }
    struct span all = span_trim(buf_span(&r->value));
    while (all.len && (all.at[all.len - 1] == ',' || all.at[all.len - 1] == ' '))
        all.len--;
    tree_value(&r->tree, name, all);
}

void hl7_segment(struct recast *r, struct span line)
{
    struct tree *t = &r->tree;
    while (line.len && line.at[0] < ' ') /* MLLP's frame */
        line = span_from(line, 1);
    struct span segment = span_first(line, SEGMENT_NAME_MAX), rest = span_from(line, SEGMENT_NAME_MAX);
    if (rest.len == 0 || rest.at[0] != '|') {
        tree_text(t, line);
        return;
    }
    if (span_is(segment, "MSH") || span_is(segment, "PID"))
        tree_end_record(t);
    if (span_is(segment, "MSH"))
        return; /* who sends what to whom: programs */
    tree_begin_record(t);
    rest = span_from(rest, 1);
    for (unsigned i = 1; i < ELEMENTS_MAX && rest.len; i++) {
        struct span value = span_cut(&rest, '|'), name = meaning_of(HL7, segment, i);
        bool doctor = span_starts(name, SPAN("doctor"));
        bool person = span_ends(name, SPAN(" name")) || span_is(name, "contact person");
        if (value.len == 0)
            continue;
        if (person || doctor)
            put_person(t, name, value, doctor ? 1 : 0);
        else if (span_ends(name, SPAN("address")) || span_ends(name, SPAN("notes")))
            put_joined(r, name, value);
        else
            for (struct span s = value; s.len;) /* repetitions; of components the first that says something */
                for (struct span one = span_cut(&s, '~'); one.len;) {
                    struct span component = span_cut(&one, '^');
                    if (component.len > 2 || (component.len && span_is(name, "sex")))
                        tree_value(t, name, component);
                }
    }
}

static void x12_name(struct recast *r, struct span segment, uint8_t e)
{
    struct tree *t = &r->tree;
    bool person = span_is(part(segment, e, 2), "1");
    if (span_is(part(segment, e, 1), "IL") || span_is(part(segment, e, 1), "QC"))
        tree_end_record(t); /* the insured, the patient */
    tree_begin_record(t);
    if (!person) {
        tree_value(t, SPAN("organisation"), part(segment, e, 3));
        return;
    }
    tree_value(t, SPAN("last name"), part(segment, e, 3));
    tree_value(t, SPAN("first name"), part(segment, e, 4));
    tree_value(t, SPAN("member id"), part(segment, e, 9));
}

/* X12 leaves out the dot of ICD-10: E119 is E11.9. */
static void put_diagnosis(struct tree *t, struct span code)
{
    enum { CATEGORY = 3, CODE_MOST = 7 };
    uint8_t dotted[CODE_MOST + 1];
    if (code.len <= CATEGORY || code.len > CODE_MOST || span_has(code, ".")) {
        tree_value(t, SPAN("diagnosis code"), code);
        return;
    }
    memcpy(dotted, code.at, CATEGORY);
    dotted[CATEGORY] = '.';
    memcpy(dotted + CATEGORY + 1, code.at + CATEGORY, code.len - CATEGORY);
    tree_value(t, SPAN("diagnosis code"), span_of(dotted, code.len + 1));
}

void x12_segment(struct recast *r, struct span segment)
{
    struct tree *t = &r->tree;
    uint8_t e = r->edi.element;
    segment = span_trim(segment);
    struct span name = part(segment, e, 0), first = part(segment, e, 1);
    if (span_is(name, "ISA") || span_is(name, "GS") || span_is(name, "ST") || span_is(name, "HL")) {
        tree_end_record(t);
    } else if (span_is(name, "NM1")) {
        x12_name(r, segment, e);
    } else if (span_is(name, "PER")) {
        tree_begin_record(t);
        tree_value(t, SPAN("full name"), part(segment, e, 2));
        for (size_t i = 3; i < 9; i += 2) {
            struct span kind = part(segment, e, i);
            bool mail = span_is(kind, "EM"), phone = span_is(kind, "TE") || span_is(kind, "CP");
            tree_value(t, mail ? SPAN("mail") : phone ? SPAN("phone") : SPAN("PER"),
                       part(segment, e, i + 1));
        }
    } else if (span_is(name, "REF")) {
        tree_value(t, span_is(first, "SY") ? SPAN("ssn") : SPAN("REF"), part(segment, e, 2));
    } else if (span_is(name, "DMG")) {
        tree_begin_record(t);
        tree_value(t, SPAN("birth date"), part(segment, e, 2));
        tree_value(t, SPAN("sex"), part(segment, e, 3));
    } else if (span_is(name, "HI")) {
        for (size_t i = 1; i < 13; i++)
            put_diagnosis(t, part(part(segment, e, i), r->edi.component, 1));
    } else {
        struct span rest = segment;
        (void)span_cut(&rest, e);
        tree_begin_record(t);
        for (unsigned i = 1; i < ELEMENTS_MAX && rest.len; i++) {
            struct span value = span_cut(&rest, e);
            if (value.len > 2)
                tree_value(t, meaning_of(X12, name, i), value);
        }
    }
}

/* A sign behind the release character is no sign: it is put out of the way while elements are cut. */
enum { HIDDEN = 0x1c };

static void hide_released(struct recast *r, struct span s)
{
    const uint8_t signs[] = { r->edi.element, r->edi.component, r->edi.terminator, r->edi.release };
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        for (unsigned k = 0; c == r->edi.release && i + 1 < s.len && k < sizeof(signs); k++)
            if (s.at[i + 1] == signs[k]) {
                c = (uint8_t)(HIDDEN + k);
                i++;
                break;
            }
        buf_byte(&r->line, c);
    }
}

static void put_shown(struct recast *r, struct span name, struct span value)
{
    const uint8_t signs[] = { r->edi.element, r->edi.component, r->edi.terminator, r->edi.release };
    buf_reset(&r->value);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        buf_byte(&r->value, c >= HIDDEN && c < HIDDEN + sizeof(signs) ? signs[c - HIDDEN] : c);
    }
    tree_value(&r->tree, name, buf_span(&r->value));
}

/* Components side by side. */
static void put_components(struct recast *r, struct span name, struct span value)
{
    struct buf all;
    buf_init(&all, RECAST_PIECE_MAX);
    while (value.len) {
        struct span one = span_trim(span_cut(&value, r->edi.component));
        if (one.len && all.len)
            buf_str(&all, ", ");
        buf_put(&all, one);
    }
    put_shown(r, name, buf_span(&all));
    buf_release(&all);
}

static void edifact_party(struct recast *r, struct span segment, uint8_t e, uint8_t c)
{
    struct tree *t = &r->tree;
    struct span name = part(segment, e, 4).len ? part(segment, e, 4) : part(segment, e, 3);
    tree_end_record(t);
    tree_begin_record(t);
    put_shown(r, SPAN("party id"), part(part(segment, e, 2), c, 0));
    put_shown(r, SPAN("name"), part(name, c, 0));
    put_components(r, SPAN("postal address"), part(segment, e, 5));
    put_shown(r, SPAN("city"), part(segment, e, 6));
    put_shown(r, SPAN("zip"), part(segment, e, 8));
}

void edifact_segment(struct recast *r, struct span segment)
{
    struct tree *t = &r->tree;
    uint8_t e = r->edi.element, c = r->edi.component;
    hide_released(r, span_trim(segment));
    segment = buf_span(&r->line);
    struct span name = part(segment, e, 0), first = part(segment, e, 1);
    if (span_starts(segment, SPAN("UN")) || span_is(name, "UNA")) {
        tree_end_record(t);
    } else if (span_is(name, "NAD")) {
        edifact_party(r, segment, e, c);
    } else if (span_is(name, "COM")) {
        struct span kind = part(first, c, 1);
        put_shown(r, span_is(kind, "EM") ? SPAN("mail") : SPAN("phone"), part(first, c, 0));
    } else if (span_is(name, "DTM")) {
        bool birth = span_is(part(first, c, 0), "329");
        put_shown(r, birth ? SPAN("birth date") : SPAN("DTM"), part(first, c, 1));
    } else if (span_is(name, "CTA")) {
        put_shown(r, SPAN("contact person"), part(part(segment, e, 2), c, 1));
    } else if (span_is(name, "PNA")) {
        tree_end_record(t);
        tree_begin_record(t);
        put_shown(r, SPAN("last name"), part(part(segment, e, 5), c, 1));
        put_shown(r, SPAN("first name"), part(part(segment, e, 6), c, 1));
    } else {
        struct span rest = segment;
        (void)span_cut(&rest, e);
        tree_begin_record(t);
        for (unsigned i = 1; i < ELEMENTS_MAX && rest.len; i++)
            put_components(r, meaning_of(EDIFACT, name, i), span_cut(&rest, e));
    }
}

/* The signs of a message: X12 names them in its first 106 bytes, EDIFACT in UNA or not at all. */
bool edi_begin(struct edi *e, enum recast_kind kind, struct span head)
{
    head = span_trim(head);
    if (kind == RECAST_X12) {
        if (head.len < 106)
            return false;
        *e = (struct edi){ head.at[3], head.at[104], 0, head.at[105] };
        return e->element > ' ' && e->terminator != e->element;
    }
    *e = (struct edi){ '+', ':', '?', '\'' };
    if (span_starts(head, SPAN("UNA")) && head.len >= 9)
        *e = (struct edi){ head.at[4], head.at[3], head.at[6], head.at[8] };
    return true;
}
