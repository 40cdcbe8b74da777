/* Fuzzes the classifier: any bytes, any format, small buffers; and differential: the fastest engine and
 * the portable one, one write and many, values that wait by column and values that do not (so it is where shapes
 * are kept), must say the very same. The first byte chooses the format, the second the steps and whether both keep
 * shapes; the rest is the stream. Two scans an input, no more; what costs most beside them is
 * tracing, so comparisons are not traced (the dictionary `words` stands for them), and neither is code whose branches do not
 * depend on single bytes (`untraced`). */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pii/pii.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { SAID_MAX = 1 << 16 };

static struct ajar_pii *Pii;

static size_t say(struct ajar_pii_scan *scan, bool shapes, char *out)
{
    size_t count, at = 0;
    struct ajar_pii_summary s;
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    ajar_pii_summarise(scan, &s);
    at += (size_t)snprintf(out, SAID_MAX, "%s %s %llu %llu %llu %zu\n", s.format, s.coding,
                           (unsigned long long)s.bytes, (unsigned long long)s.records,
                           (unsigned long long)s.values, s.fields);
    for (size_t i = 0; i < count && at < SAID_MAX - 1024; i++)
        at += (size_t)snprintf(out + at, 1024, "%.300s %s %d %u %u %u %u %llu %.4f %s\n",
                               f[i].field, f[i].type, (int)f[i].state, f[i].signals, f[i].passed,
                               f[i].shaped, f[i].sampled, (unsigned long long)f[i].hits,
                               f[i].log10_odds, shapes && f[i].shape ? f[i].shape : "-");
    return at;
}

static struct ajar_pii_scan *run(const uint8_t *bytes, size_t n, const struct ajar_pii_options *o,
                                 size_t step)
{
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, o);
    for (size_t at = 0; scan && at < n; at += step)
        ajar_pii_scan_write(scan, bytes + at, n - at < step ? n - at : step);
    if (scan)
        (void)ajar_pii_scan_end(scan, NULL);
    return scan;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const FORMATS[] = { NULL, "text", "json", "csv", "sql" };
    static char first[SAID_MAX], second[SAID_MAX];
    if (n < 2)
        return 0;
    if (!Pii && !(Pii = ajar_pii_new(first)))
        abort();
    bool shapes = bytes[1] & 128;
    struct ajar_pii_options fast = { .format = FORMATS[bytes[0] % 5],
                                     .buffer_bytes = 4096,
                                     .shapes = shapes };
    struct ajar_pii_options slow = fast;
    slow.engine = "portable";
    slow.shapes = true;
    struct ajar_pii_scan *a = run(bytes + 2, n - 2, &fast, n),
                         *b = run(bytes + 2, n - 2, &slow, 1 + bytes[1] % 97);
    if (a && b) {
        size_t said = say(a, shapes, first), also = say(b, shapes, second);
        if (said != also || memcmp(first, second, said) != 0) {
            fprintf(stderr, "one says\n%sthe other\n%s", first, second);
            abort();
        }
    }
    ajar_pii_scan_free(a);
    ajar_pii_scan_free(b);
    return 0;
}
