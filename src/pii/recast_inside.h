/* What the readers behind recast.h share. */
#ifndef AJAR_PII_RECAST_INSIDE_H
#define AJAR_PII_RECAST_INSIDE_H

#include "pii/recast.h"

enum { MAIL_PARTS_DEEP = 8, BOUNDARY_MAX = 80, YAML_LEVELS_MAX = 40, HTML_CELLS_MAX = 128 };

enum transfer { TRANSFER_PLAIN, TRANSFER_QUOTED, TRANSFER_BASE64 };

/* markup.c: tags and text of XML and HTML. */
struct markup {
    enum { MARKUP_TEXT, MARKUP_TAG, MARKUP_RAW } state;
    uint8_t quote;      /* within a tag: the quote that is open */
    bool brackets;      /* within a DOCTYPE: its own declarations */
    uint8_t raw[8];     /* "script": up to its end tag all is raw */
    bool pending;       /* an element of XML that may be a leaf yet */
    bool opened;        /* ... that has attributes, and stands in the tree */
    uint8_t name[TREE_NAME_MAX], name_len; /* of it */
    uint8_t alias[TREE_NAME_MAX], alias_len; /* "name" of <field name="...">, or a <key> of a property list */
};

/* Cells of an HTML row, side by side in recast.cells; headings in recast.heads. */
struct html {
    bool in_cell, in_row, head_cell, heads_known, silent;
    bool row_heads[HTML_CELLS_MAX];
};

struct mail {
    bool body;           /* behind the headers */
    bool header_of_part; /* headers of a part */
    enum transfer transfer;
    bool is_text, is_html, after_blank;
    size_t boundaries;
    uint8_t boundary[MAIL_PARTS_DEEP][BOUNDARY_MAX], boundary_len[MAIL_PARTS_DEEP];
    uint32_t bits;       /* of base64 */
    unsigned have;
};

struct yaml_level {
    size_t indent;
    bool item; /* opened by "- " */
};

struct yaml {
    struct yaml_level at[YAML_LEVELS_MAX];
    size_t depth;
    size_t block;        /* indent of the key of a block of text, plus one; 0 = none */
    bool open_key;       /* the last key had no value: branch below it, or a list */
};

struct edi {
    uint8_t element, component, release; /* of X12 and EDIFACT */
    uint8_t terminator;
};

struct fixed {
    size_t count, rows;
    struct {
        size_t from, to; /* characters */
    } columns[RECAST_COLUMNS_MAX];
    bool has_head;
};

struct recast {
    enum recast_kind kind;
    struct tree tree;
    struct buf line;  /* a line, tag or segment that is not whole yet; text of markup */
    struct buf value; /* decoded, unfolded */
    struct buf cells, heads; /* of HTML rows: each ends with a zero */
    size_t cell_count, head_count;
    size_t left_out;
    bool in_item;     /* within a card, an event, a mail, a message */
    union {
        struct markup markup;
        struct mail mail;
        struct yaml yaml;
        struct edi edi;
        struct fixed fixed;
    };
    struct html html;
};

/* Each of these takes a whole line (or segment), without its end; or the end of all. */
void cards_line(struct recast *r, struct span line);
void cards_end(struct recast *r);
void mail_line(struct recast *r, struct span line);
void mail_end(struct recast *r);
void yaml_line(struct recast *r, struct span line);
void yaml_end(struct recast *r);
void ini_line(struct recast *r, struct span line);
void form_line(struct recast *r, struct span line);
void hl7_segment(struct recast *r, struct span line);
void x12_segment(struct recast *r, struct span segment);
void edifact_segment(struct recast *r, struct span segment);
bool edi_begin(struct edi *e, enum recast_kind kind, struct span head);
void fixed_line(struct recast *r, struct span line);
/* Finds the columns; false where these are none. */
bool fixed_begin(struct fixed *f, struct span head, bool whole);

void markup_write(struct recast *r, struct span bytes);
void markup_end(struct recast *r);
/* html.c: what becomes of tags and text of HTML. */
void recast_html_tag(struct recast *r, struct span tag);
void recast_html_text(struct recast *r, struct span text);
void recast_html_end(struct recast *r);

/* Decoders: each adds to `to`. */
void put_entities(struct buf *to, struct span s);
void put_quoted_printable(struct buf *to, struct span s, bool header);
void put_percent(struct buf *to, struct span s);

#endif
