/* libajar-pii: what personal data is in a stream of bytes or records, by likelihood.
 *
 *     char error[AJAR_PII_ERROR_MAX];
 *     struct ajar_pii *pii = ajar_pii_new(error);
 *     struct ajar_pii_scan *scan = ajar_pii_scan_new(pii, NULL);
 *     ajar_pii_scan_write(scan, bytes, length);            (as often as wanted)
 *     ajar_pii_scan_end(scan, error);
 *     size_t count;
 *     const struct ajar_pii_finding *found = ajar_pii_findings(scan, &count);
 *
 * A scan takes the same memory (under 64 MiB) whatever its size, keeps hashes and counts, never a
 * value, and gives the same result however the bytes are cut into writes. One `struct ajar_pii`
 * may serve scans on many threads at once; one scan belongs to one thread. Functions that return
 * bool or a pointer tell failure by false or NULL and a sentence in `error`. Link with -lajar-pii. */
#ifndef AJAR_PII_H
#define AJAR_PII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AJAR_PII_ERROR_MAX 512

struct ajar_pii;
struct ajar_pii_scan;

enum ajar_pii_state { AJAR_PII_SUSPECTED = 1, AJAR_PII_CONFIRMED = 2 };

enum ajar_pii_signal {
    AJAR_PII_BY_VALUES = 1,  /* check digits, dates, prefixes: far beyond chance */
    AJAR_PII_BY_NAME = 2,    /* the field's name or words before the value */
    AJAR_PII_BY_SPREAD = 4,  /* values spread as people's do, not as a counter's */
    AJAR_PII_BY_SIBLING = 8, /* another field of the same records agrees */
};

struct ajar_pii_options {
    const char *format;  /* "text", "json", "csv", "sql"; NULL = guess */
    const char *engine;  /* "avx512", "avx2", "sse4.2", "neon", "portable"; NULL = the fastest */
    size_t buffer_bytes; /* 0 = 128 KiB */
    bool shapes;         /* keep one masked example a finding: "110***********123X" */
    unsigned threads;    /* that read one large file in ajar_pii_scan_fd, at most 8; 0 = one. The
                            result is the same; with `shapes` one thread reads */
    uint64_t *came;      /* where not NULL: bytes are added to it as they are taken, atomically, so that another thread
                            may look at it meanwhile; packed ones as they lie in the file */
};

/* One type of data in one field. Text comes from the source and must be escaped before it is
 * shown. Pointers live as long as the scan. */
struct ajar_pii_finding {
    const char *field; /* path, parts joined by dots; "(text)" for free text */
    const char *type, *label, *category;
    enum ajar_pii_state state;
    unsigned signals;        /* enum ajar_pii_signal */
    bool in_text;            /* candidates inside text, not whole values */
    bool test_data;          /* values of manuals and test forms, not of people */
    uint32_t passed, shaped; /* k of n distinct values of this shape keep every rule */
    uint32_t sampled;        /* distinct values looked at */
    uint64_t
        hits; /* values that pass, repeats included; an estimate once distinct_low < distinct_high */
    double chance;     /* how often a value of this shape passes in the worst trap known */
    double log10_odds; /* of this type against chance, names not counted */
    double distinct_low, distinct, distinct_high; /* distinct passing values, 95 % */
    const char *shape;                            /* NULL unless asked for */
    uint64_t line, record; /* where to look: the first value that passes, on this line (after unpacking) or, where
                              the format has no lines of its own, in this record; 0 = not known. Counted from 1 */
};

struct ajar_pii_summary {
    const char *format, *coding;
    uint64_t bytes, records, values;
    size_t fields;
    bool persons_known;
    const char *persons_field;
    double persons_low, persons, persons_high; /* 95 % */
    const char *unread; /* "zip archive" and the like: what is in it was not read, its bytes were
                           searched as text; NULL where all was read. Of static storage */
};

/* Loads the built-in detectors. */
struct ajar_pii *ajar_pii_new(char error[AJAR_PII_ERROR_MAX]);
void ajar_pii_free(struct ajar_pii *pii);
/* Adds detectors of the user's own (doc/pii.md); before the first scan. */
bool ajar_pii_add_detectors(struct ajar_pii *pii, const char *yaml, size_t length,
                            char error[AJAR_PII_ERROR_MAX]);

/* NULL where an option is unknown or there is no memory; `options` may be NULL. */
struct ajar_pii_scan *ajar_pii_scan_new(const struct ajar_pii *pii,
                                        const struct ajar_pii_options *options);
void ajar_pii_scan_free(struct ajar_pii_scan *scan);
void ajar_pii_scan_write(struct ajar_pii_scan *scan, const void *bytes, size_t length);
/* Reads a descriptor to its end. */
bool ajar_pii_scan_fd(struct ajar_pii_scan *scan, int fd, char error[AJAR_PII_ERROR_MAX]);
/* Once, after the last write. False where packed data was broken or cut short, or is of a format
 * that is not read (`unread` of the summary); what was read counts. */
bool ajar_pii_scan_end(struct ajar_pii_scan *scan, char error[AJAR_PII_ERROR_MAX]);

/* Instead of bytes: records that the caller has taken apart, field by field. */
void ajar_pii_record_begin(struct ajar_pii_scan *scan);
void ajar_pii_record_value(struct ajar_pii_scan *scan, const char *field, const void *value,
                           size_t length);
void ajar_pii_record_end(struct ajar_pii_scan *scan);

/* After the end. Confirmed first within each field. */
const struct ajar_pii_finding *ajar_pii_findings(struct ajar_pii_scan *scan, size_t *ret_count);
void ajar_pii_summarise(struct ajar_pii_scan *scan, struct ajar_pii_summary *ret);

/* How many random records to take. */
uint64_t ajar_pii_sample_to_see(double prevalence, double certainty);
uint64_t ajar_pii_sample_for_share(double margin);
/* Wilson's 95 % interval of a share, k of n. */
void ajar_pii_share(uint64_t k, uint64_t n, double *ret_low, double *ret_high);

#ifdef __cplusplus
}
#endif

#endif
