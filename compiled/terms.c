/* Texts to hashed word stems and their shape; see moderation/context/terms.py. */
#include "terms.h"

enum {
    STEM = 6,       /* letters of a word that count */
    TABLE = 0x3000, /* code points below it fold by table */
    PLURAL = 's',
    LONGEST = 64, /* letters of a word that `spell` keeps */
};

static const uint64_t EMPTY = 14695981039346656037u; /* hash of no letters */
static const uint64_t PRIME = 1099511628211u;
/* FNV-1a of "http" and "https": no longer than STEM, hashed whole. */
static const uint64_t HTTP = 0x8874a3cc15dc8285u, HTTPS = 0xbab549c925b28802u;

typedef struct {
    int32_t code;
    int64_t next; /* index behind it */
} Decoded;

/* Code point at byte i; damaged bytes stand for themselves. */
static Decoded decode(Bytes text, int64_t i, int64_t stop)
{
    int32_t b = AT(text, i);
    if (b < 0x80)
        return (Decoded){b, i + 1};
    if (b < 0xE0 && i + 1 < stop)
        return (Decoded){(b & 0x1F) << 6 | (AT(text, i + 1) & 0x3F), i + 2};
    if (b < 0xF0 && i + 2 < stop)
        return (Decoded){(b & 0x0F) << 12 | (AT(text, i + 1) & 0x3F) << 6 |
                             (AT(text, i + 2) & 0x3F), i + 3};
    if (i + 3 < stop)
        return (Decoded){(b & 0x07) << 18 | (AT(text, i + 1) & 0x3F) << 12 |
                             (AT(text, i + 2) & 0x3F) << 6 | (AT(text, i + 3) & 0x3F), i + 4};
    return (Decoded){0, i + 1};
}

/* Folded letter: 0 separator, -1 skip; ideographs come back as themselves. */
static int32_t folded_letter(int32_t code, Ints fold)
{
    if (code < TABLE)
        return AT(fold, code);
    if (code >= 0xFF01 && code <= 0xFF5E)
        return AT(fold, code - 0xFEE0);
    if (code < 0x3040 || (code >= 0xE000 && code <= 0xF8FF) ||
        (code >= 0xFE00 && code <= 0xFE0F) || code >= 0x1F000)
        return code < 0x20000 ? 0 : code;
    return code;
}

/* Scripts written without spaces whose characters are words by themselves. */
static inline bool is_ideograph(int32_t code)
{
    return (code >= 0x3040 && code < 0xA000) || (code >= 0xF900 && code < 0xFB00) ||
           code >= 0x20000;
}

/* A word's hash (FNV-1a, Fowler, Noll and Vo, public domain) with one more letter. */
static inline uint64_t with(uint64_t h, int32_t letter) { return (h ^ (uint64_t)letter) * PRIME; }

/* Bucket of a hash, spread by the finaliser of MurmurHash3 (Appleby, public domain). */
static inline int32_t bucket_of(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33;
    return (int32_t)(h >> (64 - BITS));
}

/* The word at hand: its last two letters, and the hash of its first STEM letters and of one less. */
typedef struct {
    int64_t size;
    int32_t last, before;
    uint64_t hashed, shorter;
} Word;

/* Bucket of a word without its plural s. */
static inline int32_t bucket_of_word(const Word *word)
{
    bool plural = word->last == PLURAL && word->before != PLURAL && word->size > 3 &&
                  word->size <= STEM;
    return bucket_of(plural ? word->shorter : word->hashed);
}

static inline void add_letter(Word *word, int32_t letter)
{
    if (word->size < STEM) {
        word->shorter = word->hashed;
        word->hashed = with(word->hashed, letter);
    }
    word->before = word->last;
    word->last = letter;
    word->size++;
}

/* What is found in a text, and where it is written. */
typedef struct {
    Ints ids;
    int64_t at, questions, exclaims, links;
    uint32_t marks;
} Found;

static inline void add_word(Found *found, const Spelling *by, const Word *word)
{
    if (word->size < 2)
        return;
    int32_t bucket = bucket_of_word(word);
    AT(found->ids, found->at) = bucket;
    found->at++;
    int32_t group = bucket / GROUP;
    if (AT(by->marked, group / 8) >> group % 8 & 1)
        found->marks |= AT(by->lexicon, bucket);
    found->links += (word->size == 4 && word->hashed == HTTP) ||
                    (word->size == 5 && word->hashed == HTTPS);
}

static inline void add_sign(Found *found, int32_t code)
{
    found->questions += code == '?';
    found->exclaims += code == '!';
}

/* Where the ASCII letters from byte i on end. */
static inline int64_t end_of_ascii(Ints fold, Bytes text, int64_t i, int64_t stop)
{
    while (i < stop && AT(text, i) < 0x80 && AT(fold, AT(text, i)) > 0)
        i++;
    return i;
}

/* The word text[first:last] of ASCII letters; STEM bytes follow `first`. All hashes are worked out
   whatever the length is: words are short, and a wrong guess costs more. */
static inline Word ascii_word(Ints fold, Bytes text, int64_t first, int64_t last)
{
    uint64_t hashes[STEM + 1] = {EMPTY};
    for (int64_t k = 0; k < STEM; k++)
        hashes[k + 1] = with(hashes[k], AT(fold, AT(text, first + k) & 0x7F));
    int64_t size = last - first, counted = least(size, STEM);
    int32_t before = size > 1 ? AT(fold, AT(text, last - 2)) : 0;
    return (Word){size, AT(fold, AT(text, last - 1)), before, hashes[WITHIN(counted, STEM + 1)],
                  hashes[WITHIN(counted - 1, STEM + 1)]};
}

/* Pass by what is ASCII altogether from byte i on, words and signs; returns where it ends. */
static inline int64_t add_ascii(Found *found, const Spelling *by, Bytes text, int64_t i,
                                int64_t stop)
{
    while (i + STEM <= stop && AT(text, i) < 0x80) {
        int64_t end = end_of_ascii(by->fold, text, i, stop);
        if (end == i) {
            add_sign(found, AT(text, i));
            i++;
            continue;
        }
        if (end < stop && AT(text, end) >= 0x80)
            break; /* maybe more of the word */
        Word word = ascii_word(by->fold, text, i, end);
        add_word(found, by, &word);
        i = end;
    }
    return i;
}

/* Write the hashed words of text[start:stop] to `ids`; returns their number. See
   terms.text_terms. */
int64_t text_terms(const Spelling *by, Bytes text, int64_t start, int64_t stop, Ints ids,
                   Floats shape)
{
    Found found = {.ids = ids};
    Word word = {0, 0, 0, EMPTY, EMPTY};
    int64_t i = start;
    while (i <= stop) {
        if (word.size == 0)
            i = add_ascii(&found, by, text, i, stop);
        Decoded next = i < stop ? decode(text, i, stop) : (Decoded){0, i + 1};
        i = next.next;
        int32_t letter = folded_letter(next.code, by->fold);
        if (letter == -1)
            continue;
        if (letter > 0 && !is_ideograph(letter)) {
            add_letter(&word, letter);
            continue;
        }
        add_word(&found, by, &word);
        word.size = 0;
        word.hashed = EMPTY;
        if (letter > 0) {
            AT(ids, found.at) = bucket_of(with(EMPTY, letter));
            found.at++;
        } else {
            add_sign(&found, next.code);
        }
    }
    AT(shape, 0) += (float)found.at;
    AT(shape, 1) += (float)found.questions;
    AT(shape, 2) += (float)found.exclaims;
    AT(shape, 3) += (float)found.links;
    AT(shape, 4) = (float)found.marks;
    return found.at;
}

/* A word of a text: where it stands, in bytes. */
static int64_t add_place(Longs places, int64_t found, int64_t begin, int64_t end, int32_t bucket)
{
    CELL(places, found, 0) = begin;
    CELL(places, found, 1) = end;
    CELL(places, found, 2) = bucket;
    return found + 1;
}

/* Bucket of a folded word without its plural s, and without what follows STEM letters. */
static int32_t bucket_of_letters(const int32_t *letters, int64_t size)
{
    if (size > 3 && letters[size - 1] == PLURAL && letters[size - 2] != PLURAL)
        size--;
    uint64_t h = EMPTY;
    for (int64_t k = 0; k < least(size, STEM); k++)
        h = with(h, letters[k]);
    return bucket_of(h);
}

/* Fill `places` with start, end (bytes) and bucket of each word; returns how many there are. */
int64_t spell(Ints fold, Bytes text, int64_t start, int64_t stop, Longs places)
{
    int32_t letters[LONGEST];
    int64_t size = 0, found = 0, begins = start, i = start;
    while (i <= stop) {
        int64_t at = i;
        Decoded next = i < stop ? decode(text, i, stop) : (Decoded){0, i + 1};
        i = next.next;
        int32_t letter = folded_letter(next.code, fold);
        if (letter == -1)
            continue;
        if (letter > 0 && !is_ideograph(letter)) {
            begins = size ? begins : at;
            if (size < LONGEST)
                letters[size++] = letter;
            continue;
        }
        if (size > 1)
            found = add_place(places, found, begins, at, bucket_of_letters(letters, size));
        size = 0;
        if (letter > 0)
            found = add_place(places, found, at, i, bucket_of_letters(&letter, 1));
    }
    return found;
}

typedef struct {
    Bytes text;
    int64_t start, stop;
    Ints fold;
    Longs places;
} Spell;

static int64_t spell_alone_of(Spell *job)
{
    return spell(job->fold, job->text, job->start, job->stop, job->places);
}
ENTRY(spell_alone, Spell)

typedef struct {
    Bytes data;
    Longs offsets;
    Spelling by;
    Ints ids;
    Longs begin;
} AllTerms;

/* Write the hashed words of all texts to `ids`, and where those of each begin; returns how many. */
static int64_t all_terms_of(AllTerms *job)
{
    Floats shape = ZEROS(Floats, float, N_SHAPE);
    int64_t at = 0;
    for (int64_t i = 0; i < job->offsets.rows - 1; i++) {
        Ints rest = PART(Ints, job->ids, at, job->ids.rows);
        AT(job->begin, i) = at;
        at += text_terms(&job->by, job->data, AT(job->offsets, i), AT(job->offsets, i + 1), rest,
                         shape);
    }
    AT(job->begin, job->offsets.rows - 1) = at;
    return at;
}
ENTRY(all_terms, AllTerms)

typedef struct {
    Bytes data;
    Longs offsets;
    Ints fold;
    Longs counts;
} DocumentCounts;

/* Add to `counts` the texts each bucket occurs in; returns the sum added. */
static int64_t document_counts_of(DocumentCounts *job)
{
    int64_t total = 0, texts = job->offsets.rows - 1;
    Longs last = NEW(Longs, int64_t, N_BUCKETS);
    const Spelling by = {job->fold, {0}, ZEROS(Bytes, uint8_t, N_MARKED)};
    Floats shape = ZEROS(Floats, float, N_SHAPE);
    for (int64_t k = 0; k < N_BUCKETS; k++)
        AT(last, k) = -1;
    for (int64_t i = 0; i < texts; i++) {
        int64_t start = AT(job->offsets, i), stop = AT(job->offsets, i + 1);
        void *kept = borrowed();
        Ints ids = NEW(Ints, int32_t, (stop - start) / 2 + 1);
        int64_t found = text_terms(&by, job->data, start, stop, ids, shape);
        for (int64_t k = 0; k < found; k++) {
            int32_t bucket = AT(ids, k);
            if (AT(last, bucket) == i)
                continue;
            AT(last, bucket) = i;
            AT(job->counts, bucket) += 1;
            total++;
        }
        give_back(kept);
    }
    return total;
}
ENTRY(document_counts, DocumentCounts)
