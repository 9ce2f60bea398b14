/* What can be met again in a dump; see moderation/dump_evidence/sightings.py. */
#include <string.h>

#include "arrays.h"

enum {
    PIECE = 32,        /* bytes of a piece: sightings.PIECE */
    STEP = 8,          /* of these that are hashed at a time */
    MOST_BYTES = 4096, /* of a text whose pieces are looked at: sightings.MOST_BYTES */
    FIGURES = 9,       /* of a telephone number: sightings.LEAST_DIGITS */
    NUMBER_BYTES = 18, /* within which they stand */
    LINK = 1,          /* marks of a text: sightings.LINK, PHONE */
    PHONE = 2,
};
static const uint64_t SPREAD = 0x9E3779B97F4A7C15u;
static const uint64_t BEGINS_BELOW = UINT64_MAX / 3; /* behind one space in sightings.ONE_IN */

typedef struct {
    Bytes data;
    Longs offsets;
    Bytes marks;
    Ints row;
    Unsigned key;
} LookOver;

static inline uint64_t word_at(Bytes data, int64_t at)
{
    uint64_t word;
    memcpy(&word, PART(Bytes, data, at, at + STEP).at, STEP);
    return word;
}

/* Add the piece that may begin at `at`: whether it does is up to its first bytes. */
static inline int64_t add_piece(const LookOver *job, int64_t text, int64_t at, int64_t found)
{
    uint64_t key = word_at(job->data, at) * SPREAD;
    if (key >= BEGINS_BELOW)
        return found;
    for (int64_t step = STEP; step < PIECE; step += STEP) {
        key ^= key >> 29;
        key = (key ^ word_at(job->data, at + step)) * SPREAD;
    }
    AT(job->row, found) = (int32_t)text;
    AT(job->key, found) = (uint32_t)(key >> 32);
    return found + 1;
}

static inline bool is_w(Bytes data, int64_t at) { return (AT(data, at) | 0x20) == 'w'; }

/* Whether a link may stand at byte i of data[start:stop]: `://`, or the full stop of `www.` */
static inline bool is_link(Bytes data, int64_t i, int64_t start, int64_t stop)
{
    if (AT(data, i) == ':')
        return i + 2 < stop && AT(data, i + 1) == '/' && AT(data, i + 2) == '/';
    return AT(data, i) == '.' && i >= start + 3 && is_w(data, i - 1) && is_w(data, i - 2) &&
           is_w(data, i - 3);
}

/* List the pieces of a text from `found` on, and mark what may stand in it; returns their end. */
static int64_t look_over_text(const LookOver *job, int64_t text, int64_t found)
{
    const Bytes data = job->data;
    const int64_t start = AT(job->offsets, text), stop = AT(job->offsets, text + 1);
    const int64_t last_space = least(stop - PIECE, start + MOST_BYTES - 1) - 1;
    int64_t figures[FIGURES], count = 0;
    uint8_t marks = 0;
    for (int64_t i = start; i < stop; i++) {
        uint8_t byte = AT(data, i);
        if (byte == ' ') {
            if (i <= last_space)
                found = add_piece(job, text, i + 1, found);
        } else if ((uint8_t)(byte - '0') < 10) {
            int64_t place = count % FIGURES;
            figures[place] = i;
            count++;
            if (count >= FIGURES && i - figures[count % FIGURES] < NUMBER_BYTES)
                marks |= PHONE;
        } else if (byte < '@' && is_link(data, i, start, stop)) {
            marks |= LINK;
        }
    }
    AT(job->marks, text) = marks;
    return found;
}

/* Fill marks (texts,), and the rows and keys of all pieces; returns how many there are. */
static int64_t look_over_of(LookOver *job)
{
    int64_t found = 0;
    for (int64_t text = 0; text < job->offsets.rows - 1; text++)
        found = look_over_text(job, text, found);
    return found;
}
ENTRY(look_over, LookOver)

/* Keys in parts that fit the cache, and a table of those of one part. */
typedef struct {
    Unsigned small; /* the keys: of one kind, the other array is empty */
    Hashes wide;
    Bytes found;
} Repeated;

enum { PART_KEYS = 1 << 13, MOST_PARTS = 12 };

/* 32 bits of a key; of a small one they say which it is. */
static inline uint32_t mark_of(const Repeated *job, int64_t i)
{
    if (job->small.rows)
        return AT(job->small, i) * 0x9E3779B1u;
    uint64_t key = AT(job->wide, i) * SPREAD;
    return (uint32_t)((key ^ key >> 29) * SPREAD >> 32);
}

static inline bool same_key(const Repeated *job, uint64_t a, uint64_t b)
{
    if (a >> 32 != b >> 32)
        return false;
    return job->small.rows || AT(job->wide, (uint32_t)a) == AT(job->wide, (uint32_t)b);
}

/* Mark those of `items` (a key's 32 bits above its index) whose key comes more than once.

   parts: the highest bits, which are the same in all. */
static void mark_part(const Repeated *job, Hashes items, int parts)
{
    int size = 4;
    while ((int64_t)1 << size < 2 * items.rows && size < 32)
        size++;
    const int64_t slots = (int64_t)1 << size;
    const Hashes table = NEW(Hashes, uint64_t, slots);
    for (int64_t k = 0; k < slots; k++)
        AT(table, k) = UINT64_MAX;
    for (int64_t k = 0; k < items.rows; k++) {
        uint64_t item = AT(items, k);
        uint32_t mark = (uint32_t)(item >> 32) << parts;
        int64_t slot = mark >> (32 - size);
        while (AT(table, slot) != UINT64_MAX && !same_key(job, AT(table, slot), item))
            slot = (slot + 1) & (slots - 1);
        if (AT(table, slot) == UINT64_MAX) {
            AT(table, slot) = item;
        } else {
            AT(job->found, (uint32_t)item) = 1;
            AT(job->found, (uint32_t)AT(table, slot)) = 1;
        }
    }
}

/* Mark in `found` each key that comes more than once. */
static int64_t mark_repeated_of(Repeated *job)
{
    const int64_t n = job->found.rows;
    int parts = 1;
    while (n >> parts > PART_KEYS && parts < MOST_PARTS)
        parts++;
    const int64_t many = (int64_t)1 << parts;
    Longs ends = ZEROS(Longs, int64_t, many + 1);
    Hashes items = NEW(Hashes, uint64_t, n);
    for (int64_t i = 0; i < n; i++)
        AT(ends, (mark_of(job, i) >> (32 - parts)) + 1) += 1;
    for (int64_t part = 0; part < many; part++)
        AT(ends, part + 1) += AT(ends, part);
    for (int64_t i = n; i-- > 0;) { /* each part fills from its end */
        uint32_t mark = mark_of(job, i);
        int64_t part = mark >> (32 - parts);
        AT(ends, part + 1) -= 1;
        AT(items, AT(ends, part + 1)) = (uint64_t)mark << 32 | (uint64_t)i;
    }
    for (int64_t part = 0; part < many; part++) {
        void *kept = borrowed();
        int64_t last = part + 1 < many ? AT(ends, part + 2) : n;
        mark_part(job, PART(Hashes, items, AT(ends, part + 1), last), parts);
        give_back(kept);
    }
    return 0;
}
ENTRY(mark_repeated, Repeated)

typedef struct {
    Bytes data;
    Longs offsets, rows, first;
} FirstTexts;

static uint64_t hash_of(Bytes text)
{
    uint64_t h = (uint64_t)text.rows * SPREAD;
    int64_t at = 0;
    for (; at + STEP <= text.rows; at += STEP) {
        h = (h ^ word_at(text, at)) * SPREAD;
        h ^= h >> 32;
    }
    for (; at < text.rows; at++)
        h = (h ^ AT(text, at)) * SPREAD;
    h ^= h >> 29;
    return h * SPREAD;
}

static inline Bytes text_of(const FirstTexts *job, int64_t k)
{
    int64_t row = AT(job->rows, k);
    return PART(Bytes, job->data, AT(job->offsets, row), AT(job->offsets, row + 1));
}

static bool same_text(Bytes a, Bytes b)
{
    return a.rows == b.rows && memcmp(a.at, b.at, (size_t)a.rows) == 0;
}

/* Fill `first`: for each of the rows the place, among them, of the first that has its text. */
static int64_t first_texts_of(FirstTexts *job)
{
    const int64_t n = job->rows.rows;
    int size = 4;
    while ((int64_t)1 << size < 2 * n)
        size++;
    const int64_t slots = (int64_t)1 << size;
    Longs table = NEW(Longs, int64_t, slots);
    Hashes hashes = NEW(Hashes, uint64_t, n);
    for (int64_t k = 0; k < slots; k++)
        AT(table, k) = -1;
    for (int64_t k = 0; k < n; k++) {
        Bytes text = text_of(job, k);
        uint64_t h = hash_of(text);
        int64_t slot = (int64_t)(h >> (64 - size)), there;
        AT(hashes, k) = h;
        while ((there = AT(table, slot)) >= 0 &&
               !(AT(hashes, there) == h && same_text(text_of(job, there), text)))
            slot = (slot + 1) & (slots - 1);
        if (there < 0)
            AT(table, slot) = there = k;
        AT(job->first, k) = there;
    }
    return 0;
}
ENTRY(first_texts, FirstTexts)
