/* What people read, in their language. The code holds English; a catalogue (gettext's .mo, made from po/) holds the
 * rest. Without one, or where it lacks a sentence, people read English.
 *
 * The catalogue is read by this file and not by the libintl of the C library: that one opens files at the first
 * sentence, which is behind the fences of the sweeper and the keeper; it follows the process-wide locale, which would
 * change the numbers of machine formats; it wants a locale that a small system does not have; and it trusts the file.
 * Here say_load() reads it once, checks every length and every conversion of it, and touches no locale.
 *
 * What is stored, and what machines read, stays English: it is made without these calls, and say_made() translates it
 * when it is printed. */
#ifndef AJAR_BASE_SAY_H
#define AJAR_BASE_SAY_H

#include "base/buf.h"

enum { SAY_BYTES_MAX = 4 * 1024 * 1024, SAY_SENTENCES_MAX = 20000, SAY_MADE_MAX = 4096 };

/* Takes the catalogue for all that is said from now on; before the first thread. False, and English stays, where the
 * file is not there or not whole. Once a process; a second call forgets the first (for tests). */
bool say_load(const char *path);
/* Back to English; frees. */
void say_forget(void);
/* Whether a catalogue is in force; its language as in the tag of a page: "zh-CN", else "en". */
bool say_is_foreign(void);
const char *say_tag(void);

/* The sentence in the reader's language, else itself. It lives as long as the process. A translation whose conversions
 * (%s) are not those of the English is not used. */
[[gnu::format_arg(1)]] const char *say(const char *english);
/* The same of a word that means several things: `about` is the context of the catalogue. */
[[gnu::format_arg(2)]] const char *say_about(const char *about, const char *english);
/* One of two, by n. */
[[gnu::format_arg(1), gnu::format_arg(2)]] const char *say_many(const char *one, const char *many, uint64_t n);

/* What stands between two sentences: a space, or nothing where the language has none. */
const char *say_gap(void);

#define _(english) say(english)
/* Marks a sentence of a table, that is said later. */
#define N_(english) english

/* A sentence that was made before, in English, out of one of the catalogue's with %s or {name} in it: told in the
 * reader's language, with what stood in its holes. Where it is none of them but has parts behind ": " or "; " that are,
 * those are translated; else it comes as it is. Text beyond SAY_MADE_MAX comes as it is.
 * `about`: the context that its template stands in, or NULL. */
void say_made(struct buf *out, const char *about, struct span english);

/* The language that is wished: "zh_CN", or NULL for English. `lang` is what --lang said, or NULL: then LANGUAGE,
 * LC_ALL, LC_MESSAGES and LANG decide as they do for other programs. False where `lang` is a language that
 * there is no catalogue for. */
bool say_wished(const char *lang, const char **ret);

#endif
