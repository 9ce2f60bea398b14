/* One comment while it is read: folded characters, words, and what is counted.

   The names and numbers are those of moderation/features/characters.py and folding.py; a test
   compares them. */
#ifndef COMMENT_H
#define COMMENT_H

#include "arrays.h"

/* The low three bits of a character's kind, and its flags. */
enum { SPACE, PUNCT, LETTER, DIGIT, EMOJI, IGNORE, MARK };
enum {
    KIND_BITS = 7,
    WORD_BITS = 6, /* kind & WORD_BITS == LETTER holds for letters and digits */
    IN_LINK = 8,   /* in Scratch.kind; set by the link pass */
    UPPER = 8,     /* in Tables.info: a capital */
    STYLED = 16,
    EXPAND = 32, /* `delta` is a place in `expansions`, not a distance */
    LATIN = 64,
    LOOK = 128, /* not Latin, but looks like a Latin letter */
};

/* Places in Scratch.seen. */
enum {
    N_CHARS,
    N_LETTERS,
    N_UPPER,
    N_LATIN,
    N_FOREIGN,
    N_STRANGE,
    N_DIGITS,
    N_EMOJI,
    N_STYLED,
    N_MARKS,
    N_INVISIBLE,
    N_EXCLAIM,
    N_QUOTE_SIGNS,
    N_CURRENCY,
    N_LINK_HINTS,
    N_RAW_URLS,
    N_DOMAINS,
    N_SHORTENERS,
    N_HTML_LINKS,
    N_EMAILS,
    N_PHONES,
    N_HANDLES,
    N_MONEY,
    N_QUOTED_LINES,
    N_QUOTED,
    N_STRETCHED,
    N_LEET,
    N_SPACED,
    N_MIXED,
    N_MASKED,
    N_REPEATS,
    N_SEEN
};

/* Places in Scratch.state. */
enum { TOP, TOKENS, ITEMS, LAST, STAMP, ENDS, ENDS_BEFORE, END_AT, SIGNS_TO, N_STATE };

/* folding.Tables */
typedef struct {
    Ints page;
    Bytes info;
    Ints delta, plain_delta, expansions, look_from;
    Bytes look_to;
} Tables;

/* known.Known: what is the same for all comments and models. */
typedef struct {
    Unsigned common_hashes;
    Bytes common_costs;
    Hashes top_levels, wordy_top_levels, shorteners;
    Floats frequencies; /* 1 + ln(count) of small counts */
    Doubles log_counts; /* ln(1 + count) of small counts */
} Known;

/* kernel.Grams */
typedef struct {
    int64_t fold, bits, word_low, word_high, char_low, char_high;
} Grams;

/* characters.Scratch */
typedef struct {
    Ints chars;
    Bytes kind;
    Ints at;
    Bytes look;
    Hashes token_hash;
    Ints token_from, token_size, token_start, token_end;
    Bytes token_main;
    Ints token_item, token_pair, token_sentence;
    Hashes item_hash;
    Ints item_count, item_token;
    Bytes item_class;
    Longs slot_stamp;
    Ints slot_item, room;
    Longs seen, state;
} Scratch;

/* What reading a comment takes. */
typedef struct {
    Tables tables;
    Known known;
    Grams grams;
    Scratch scratch;
} Reading;

#define SEEN(s, name) AT((s)->seen, name)
#define STATE(s, name) AT((s)->state, name)
#define KIND(s, i) (AT((s)->kind, i) & KIND_BITS)
#define IS_WORD(s, i) ((AT((s)->kind, i) & WORD_BITS) == LETTER)

static const uint64_t HASH_SEED = 0xCBF29CE484222325; /* FNV-1a's offset and prime */
static const uint64_t HASH_PRIME = 0x100000001B3;
static const uint64_t BUCKET_PRIME = 0x9E3779B97F4A7C15;

static inline uint64_t hash_letter(uint64_t hashed, int64_t letter)
{
    return (hashed ^ (uint64_t)letter) * HASH_PRIME;
}

/* The passes over a comment, in order. Each returns or takes `n`, the folded characters. */
int64_t read_characters(const Reading *reading, Bytes data, int64_t begin, int64_t end);
void read_extras(const Reading *reading, int64_t n);
void read_tokens(const Reading *reading, int64_t n);
int64_t read_comment(const Reading *reading, Bytes data, int64_t begin, int64_t end);

#endif
