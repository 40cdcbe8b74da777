/* What a field holds, by likelihood. For every type: k of n distinct values of its shape pass; the
 * odds compare "a field of this type, a few values mistyped" with "something else of that shape". */
#ifndef AJAR_PII_VERDICT_H
#define AJAR_PII_VERDICT_H

#include "pii/national.h"
#include "pii/profile.h"

enum verdict_state { VERDICT_NONE, VERDICT_SUSPECTED, VERDICT_CONFIRMED };

enum verdict_signals {
    SIGNAL_VALUES = 1,  /* the values pass, far beyond chance */
    SIGNAL_NAME = 2,    /* the name of the field, or words before the values, say so */
    SIGNAL_SPREAD = 4,  /* the values spread as those of people do, not as a counter's */
    SIGNAL_SIBLING = 8, /* another field of the same records agrees */
};

enum { VERDICTS_PER_FIELD_MAX = 6 };

struct verdict {
    unsigned type;
    enum national national; /* of PII_NATIONAL: which one */
    enum verdict_state state;
    bool in_text;   /* candidates inside text, not whole values */
    bool of_things; /* storms and chairs have given names, too: confirmed beside something personal only */
    bool beside;    /* said of nothing where nothing else is a person's */
    bool test_data; /* most of what passes comes from manuals and test forms */
    unsigned signals;
    uint32_t passed, shaped, sampled; /* distinct: k, n, and all values looked at */
    uint64_t line; /* of the source, or its record: where the first one lies; 0 = not known */
    uint64_t
        hits; /* values or candidates that pass, repeats included; an estimate once the sample is full */
    double log10_odds; /* of the type against chance, before names are counted */
    double distinct, distinct_low, distinct_high; /* estimate of passing values, 95 % */
};

/* What a verdict is on, in a word and in words. */
const char *verdict_type_name(const struct detectors *d, const struct verdict *v);
const char *verdict_type_label(const struct detectors *d, const struct verdict *v);

/* Up to VERDICTS_PER_FIELD_MAX verdicts on a field, strongest first; returns how many. */
size_t verdict_field(const struct profile *p, uint16_t field,
                     struct verdict ret[static VERDICTS_PER_FIELD_MAX]);

/* persons.c: how many persons the source speaks of, by the confirmed fields that tell persons apart. The
 * interval holds what sampling leaves open, and what the fields do: whether two types are of the same
 * persons, whether those of one name are one. `estimate` is the middle of its ends, as a factor, where they
 * are far apart. False where no field tells. */
struct persons {
    uint16_t field; /* that tells best */
    unsigned type;
    double low, estimate, high;
};
bool verdict_persons(const struct profile *p, struct persons *ret);

const char *verdict_state_name(enum verdict_state s);

/* Random records needed so that data in a share of `prevalence` of them is seen at least once with
 * this certainty (both in 0..1, exclusive). */
uint64_t sample_size_to_see(double prevalence, double certainty);
/* Random records needed to know a share within +- margin at 95 %. */
uint64_t sample_size_for_share(double margin);
/* Wilson's 95 % interval for k of n. */
void wilson_interval(uint64_t k, uint64_t n, double *ret_low, double *ret_high);

#endif
