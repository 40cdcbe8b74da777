/* FTP and SMTP both greet with 220 and words of the owner's choice: what these words tell. */
#ifndef AJAR_PROBE_GREETING_H
#define AJAR_PROBE_GREETING_H

#include "base/span.h"

static inline bool greeting_is_220(struct span first)
{
    bool greets = span_starts(first, SPAN("220 ")) || span_starts(first, SPAN("220-"));
    return greets && span_index(first, '\n') < first.len;
}

static inline bool greeting_says_ftp(struct span text)
{
    return span_has(text, "FTP") || span_has(text, "ftp") || span_has(text, "FileZilla");
}

static inline bool greeting_says_smtp(struct span text)
{
    return span_has(text, "SMTP") || span_has(text, "Postfix") || span_has(text, "Sendmail") || span_has(text, "Exim");
}

#endif
