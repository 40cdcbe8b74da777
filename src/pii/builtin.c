/* The detectors that are data, carried inside the program: the assembler copies the files in. They
 * are found from the root of the source tree, where make runs. */
#include "pii/builtin.h"

#define CARRY(symbol, path) \
    __asm__(".pushsection .rodata\n" \
            ".balign 16\n" #symbol ":\n" \
            ".incbin \"" path "\"\n" #symbol "_end:\n" \
            ".byte 0\n" \
            ".popsection\n"); \
    extern const uint8_t symbol[] __attribute__((visibility("hidden"))); \
    extern const uint8_t symbol##_end[] __attribute__((visibility("hidden")))

CARRY(ajar_pii_fields, "data/detectors/fields.yaml");
CARRY(ajar_pii_languages, "data/detectors/languages.yaml");
CARRY(ajar_pii_words, "data/detectors/words.yaml");
CARRY(ajar_pii_secrets, "data/detectors/secrets.yaml");

struct span builtin_fields(void)
{
    return span_of(ajar_pii_fields, (size_t)(ajar_pii_fields_end - ajar_pii_fields));
}

struct span builtin_languages(void)
{
    return span_of(ajar_pii_languages, (size_t)(ajar_pii_languages_end - ajar_pii_languages));
}

struct span builtin_words(void)
{
    return span_of(ajar_pii_words, (size_t)(ajar_pii_words_end - ajar_pii_words));
}

struct span builtin_secrets(void)
{
    return span_of(ajar_pii_secrets, (size_t)(ajar_pii_secrets_end - ajar_pii_secrets));
}
