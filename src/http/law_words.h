/* The words of which a path may be made that no row writes out (law.h). */
#ifndef AJAR_HTTP_LAW_WORDS_H
#define AJAR_HTTP_LAW_WORDS_H

#include "base/buf.h"
#include "base/span.h"

enum law_word {
    WORD_NONE,
    WORD_PLACE,  /* says where: "api", "v1", "cluster" */
    WORD_LIST,   /* lists containers of data by name: "databases" */
    WORD_FIGURE, /* states a figure or the state of something: "stats" */
};

/* What a path segment is; case matters. */
enum law_word law_word(struct span segment);

/* Whether a product's name is the name of a call ("delete"): then it says nothing about where. */
bool law_word_calls(struct span product);

/* The permitted word that is nearest to a segment (at most two edits), or NULL. */
const char *law_word_near(struct span segment);

void law_words_print(struct buf *out);

#endif
