/* The YAML files of data/detectors as they were when Ajar was built. */
#ifndef AJAR_PII_BUILTIN_H
#define AJAR_PII_BUILTIN_H

#include "base/span.h"

struct span builtin_fields(void);
struct span builtin_languages(void);
struct span builtin_words(void);
struct span builtin_secrets(void);

#endif
