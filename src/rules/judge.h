/* Rules over observations -> findings. Pure computation: no clock, no network, no disk after
 * loading, so that last year's visits can be judged with today's rules. */
#ifndef AJAR_RULES_JUDGE_H
#define AJAR_RULES_JUDGE_H

#include "base/error.h"
#include "record/ending.h"
#include "rules/provider.h"

struct rules; /* all loaded rules; lives in the arena it was loaded into */

/* Loads every *.yaml of a directory, in name order; the format is doc/rules.md. NULL and an error
 * that names file, line and key where one is wrong, or where two rules share an id. `p` answers for the facts that are
 * worked out, and must outlive the rules; without it (NULL) nobody knows them. */
struct rules *rules_load(struct arena *a, const char *dir, const struct providers *p, struct error *e);
/* The same for who judges and checks nothing: the files' examples are left out. */
struct rules *rules_load_to_judge(struct arena *a, const char *dir, const struct providers *p, struct error *e);
size_t rules_count(const struct rules *r);
const char *rules_id(const struct rules *r, size_t i);
/* Whether all that the rule of this id finds is an open or a partial door: only of such a finding it can be said since
 * when the door was open. False for an id that is none. */
bool rules_speak_of_doors(const struct rules *r, const char *id);

struct findings {
    LIST_OF(struct finding) list;
};

/* Applies all rules to one visit at wall time now_ms; findings, with their text rendered, go to
 * the arena, those of one observation one after the other. False where the arena is full. Whose they are and since
 * when is for keep/pipeline.h to add. */
bool judge_visit(const struct rules *r, const struct visit *v, int64_t now_ms, struct arena *a,
                 struct findings *out);

/* What is to be concluded of a finding of rule `id` that the product, seen now, does not show any more; a
 * store_ending_of() over `rules`, a struct rules. `before`: how it looked when the finding was seen last, or NULL
 * where that is not kept; `same_look`: it looks the same now. */
struct ending rules_ending(const void *rules, const char *id, const struct observation *before,
                           const struct observation *now, bool same_look);

/* Runs the examples inside each rule file; false and the first that fails in *e. */
bool rules_check_examples(const struct rules *r, struct error *e, size_t *ret_examples);

#endif
