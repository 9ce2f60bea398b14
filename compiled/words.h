/* Second pass over a comment: what its parts share. The rules stand on top of tokens.c. */
#ifndef WORDS_H
#define WORDS_H

#include "comment.h"

enum {
    MUCH = 24,            /* so much cheaper is one reading that the other is not kept */
    MOST_SPLIT = 1 << 22, /* letters that `split_words` takes */
    SPLIT_ROOM = 3,       /* places a letter that a split needs, and two more */
    MOST_SUFFIX = 2,      /* letters behind an apostrophe */
    SENTENCE_LETTERS = 3, /* "great!thanks" is two words, "sh!t" and "mex!can" are one */
    QUOTE_RIGHT = 0x2019,
};

static const uint64_t PAIR_PRIME = 0x9E3779B97F4A7C15;

/* The pass over one comment. */
typedef struct {
    const Known *known;
    const Scratch *s;
    int64_t n;     /* folded characters */
    uint64_t mask; /* of the table of items */
    bool pairs;    /* count pairs of neighbouring words as well */
} Pass;

/* Characters that stand for a word: `size` from `begin` on in `chars`, `start` to `end` in the
   original. main: no second form. */
typedef struct {
    int64_t begin, size;
    int32_t start, end;
    bool main;
} Form;

/* common_words.c: how common a word is. */
int64_t cost_of(const Known *known, uint64_t hashed);
int64_t rarity(const Known *known, Ints chars, int64_t begin, int64_t size);
int64_t split_words(const Known *known, Ints chars, int64_t begin, int64_t size);

/* signs.c: what signs and digits stand for. */
int32_t unsigned_letter(int32_t letter, int32_t upright);
int64_t word_end(const Pass *pass, int64_t i);
bool hides_common(const Pass *pass, int64_t i, int64_t end);
bool ends_common(const Pass *pass, int64_t i, int64_t end);
int64_t leet_kind(const Pass *pass, int64_t i, int64_t end);
bool is_lookalike(const Scratch *s, int64_t i, int64_t end);
int64_t suffix_end(const Scratch *s, int64_t end, int64_t n);
void take_signs(const Scratch *s, int64_t i, int64_t end, bool leet);

/* disguises.c: words with disguises undone. */
typedef struct {
    int64_t size;
    bool differs; /* a second form would differ */
} Shortened;
Shortened unstretch(const Scratch *s, int64_t begin, int64_t size, int64_t keep);
int64_t add_disguised(const Pass *pass, int64_t i, int64_t end);

/* spaced.c: single letters with separators. */
int64_t add_spaced(const Pass *pass, int64_t i);

static inline bool is_sign(int32_t letter)
{
    return letter == '@' || letter == '$' || letter == '!' || letter == '|' || letter == '*';
}

static inline bool is_apostrophe(int32_t letter)
{
    return letter == '\'' || letter == QUOTE_RIGHT;
}

/* Whether `size` characters fit behind those that are kept; all that write there ask. */
static inline bool fits(const Scratch *s, int64_t size)
{
    return STATE(s, TOP) + size <= s->chars.rows;
}

/* Count the mark at `i` if it ends a sentence, for what stands behind it.

   Characters that one character of the original stands for have one place: what is made of the
   same one does not stand behind it. */
static inline void note_end(const Scratch *s, int64_t i)
{
    int32_t letter = AT(s->chars, i);
    if (letter != '.' && letter != '!' && letter != '?')
        return;
    if (STATE(s, END_AT) != AT(s->at, i)) {
        STATE(s, ENDS_BEFORE) = STATE(s, ENDS);
        STATE(s, END_AT) = AT(s->at, i);
    }
    STATE(s, ENDS) += 1;
}

/* Count an item in the comment's table; returns its place among the distinct items. */
static inline int32_t count_item(const Pass *pass, uint64_t hashed, int32_t token)
{
    const Scratch *s = pass->s;
    int64_t stamp = STATE(s, STAMP);
    uint64_t slot = (hashed >> 17) & pass->mask;
    while (AT(s->slot_stamp, slot) == stamp) {
        int32_t found = AT(s->slot_item, slot);
        if (AT(s->item_hash, found) == hashed) {
            AT(s->item_count, found) += 1;
            return found;
        }
        slot = (slot + 1) & pass->mask;
    }
    int32_t item = (int32_t)STATE(s, ITEMS);
    STATE(s, ITEMS) = item + 1;
    AT(s->slot_stamp, slot) = stamp;
    AT(s->slot_item, slot) = item;
    AT(s->item_hash, item) = hashed;
    AT(s->item_count, item) = 1;
    AT(s->item_token, item) = token;
    return item;
}

/* Count a word. There is always room for it: see `characters.make_scratch`. */
static inline void add_token(const Pass *pass, uint64_t hashed, Form form)
{
    const Scratch *s = pass->s;
    int32_t token = (int32_t)STATE(s, TOKENS);
    if (token >= s->token_hash.rows)
        return;
    STATE(s, TOKENS) = token + 1;
    AT(s->token_hash, token) = hashed;
    AT(s->token_from, token) = (int32_t)form.begin;
    AT(s->token_size, token) = (int32_t)form.size;
    AT(s->token_start, token) = form.start;
    AT(s->token_end, token) = form.end;
    AT(s->token_sentence, token) =
        (int32_t)(STATE(s, END_AT) < form.start ? STATE(s, ENDS) : STATE(s, ENDS_BEFORE));
    AT(s->token_main, token) = form.main;
    int32_t item = count_item(pass, hashed, token);
    AT(s->token_item, token) = item;
    AT(s->token_pair, token) = -1;
    if (!form.main)
        return;
    SEEN(s, N_REPEATS) += AT(s->item_count, item) > 1;
    int64_t last = STATE(s, LAST);
    if (pass->pairs && last >= 0) {
        uint64_t pair = (AT(s->token_hash, last) * PAIR_PRIME) ^ hashed;
        pair = (pair ^ (pair >> 29)) * HASH_PRIME;
        AT(s->token_pair, token) = count_item(pass, pair, -1);
    }
    STATE(s, LAST) = token;
}

/* `add_token`, not copied into its callers: disguised words are rare. */
void add_form(const Pass *pass, Form form);

#endif
