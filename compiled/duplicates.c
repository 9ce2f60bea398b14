/* Texts that are nearly the same, and how groups are dealt to folds; see moderation/labels. */
#include <math.h>

#include "arrays.h"

enum { SHINGLE = 5, HASHES = 24, ALIKE = 18 }; /* duplicates.SHINGLE, HASHES, ALIKE */

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit. */
static inline uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

typedef struct {
    Longs offsets;
    Unsigned points;
    Hashes signatures;
} Sign;

/* Whether a character beyond digits counts: letters, and all beyond ASCII but the common spaces
   and marks, for emoji tell texts apart. */
static bool counts(uint32_t point)
{
    if (point < 0xAA)
        return point >= 'a' && point <= 'z';
    return !(point >= 0x2000 && point <= 0x206F) && point != 0xFEFF;
}

/* Characters that count, one space between words, digits alike; returns how many. */
static int64_t letters_of(Unsigned points, Unsigned out)
{
    int64_t kept = 0;
    bool gap = false;
    for (int64_t k = 0; k < points.rows; k++) {
        uint32_t point = AT(points, k);
        if (point >= '0' && point <= '9')
            point = '0';
        else if (!counts(point)) {
            gap = true;
            continue;
        }
        if (gap && kept) {
            AT(out, kept) = ' ';
            kept++;
        }
        gap = false;
        AT(out, kept) = point;
        kept++;
    }
    return kept;
}

/* The least hash of the shingles of some letters, by each factor. */
static void sign_letters(Unsigned letters, int64_t length, Hashes factors, Hashes signature)
{
    for (int64_t start = 0; start < most(1, length - SHINGLE + 1); start++) {
        uint64_t shingle = 0;
        for (int64_t place = start; place < least(start + SHINGLE, length); place++)
            shingle = mix(shingle * 31 + AT(letters, place) + 1);
        for (int one = 0; one < HASHES; one++) {
            uint64_t hashed = shingle * AT(factors, one);
            hashed ^= hashed >> 29;
            AT(signature, one) = hashed < AT(signature, one) ? hashed : AT(signature, one);
        }
    }
}

/* MinHash signatures (n, HASHES) of the texts' shingles. */
static int64_t sign_texts_of(Sign *job)
{
    int64_t rows = job->offsets.rows - 1, longest = 0;
    for (int64_t row = 0; row < rows; row++)
        longest = most(longest, AT(job->offsets, row + 1) - AT(job->offsets, row));
    Unsigned kept = NEW(Unsigned, uint32_t, 2 * longest + 1);
    Hashes factors = NEW(Hashes, uint64_t, HASHES);
    for (uint64_t one = 0; one < HASHES; one++)
        AT(factors, one) = mix((one + 1) * 0x9E3779B97F4A7C15u) | 1;
    for (int64_t row = 0; row < rows; row++) {
        Unsigned text =
            PART(Unsigned, job->points, AT(job->offsets, row), AT(job->offsets, row + 1));
        int64_t length = letters_of(text, kept);
        bool marks = length == 0; /* nothing but punctuation: the punctuation tells */
        Hashes signature = ROW(Hashes, job->signatures, row);
        for (int one = 0; one < HASHES; one++)
            AT(signature, one) = UINT64_MAX;
        sign_letters(marks ? text : kept, marks ? text.rows : length, factors, signature);
    }
    return 0;
}
ENTRY(sign_texts, Sign)

static int64_t root(Longs parents, int64_t row)
{
    while (AT(parents, row) != row) {
        AT(parents, row) = AT(parents, AT(parents, row));
        row = AT(parents, row);
    }
    return row;
}

typedef struct {
    Longs order;
    Hashes keys, signatures;
    Longs parents;
} JoinAlike;

/* Join two texts if enough of their hashes agree. */
static void join(const JoinAlike *job, int64_t row, int64_t other)
{
    int64_t agree = 0;
    for (int one = 0; one < HASHES; one++)
        agree += CELL(job->signatures, row, one) == CELL(job->signatures, other, one);
    if (agree < ALIKE)
        return;
    int64_t left = root(job->parents, row), right = root(job->parents, other);
    AT(job->parents, most(left, right)) = least(left, right);
}

/* Join texts of one key with the key's first text and with the one before, if alike.

   Not each with each: a key shared by 50,000 texts would take a billion comparisons, and what one
   band leaves apart another joins. */
static int64_t join_alike_of(JoinAlike *job)
{
    int64_t first = 0;
    for (int64_t at = 1; at < job->order.rows; at++) {
        int64_t row = AT(job->order, at);
        if (AT(job->keys, row) != AT(job->keys, AT(job->order, first))) {
            first = at;
            continue;
        }
        join(job, row, AT(job->order, first));
        join(job, row, AT(job->order, at - 1));
    }
    return 0;
}
ENTRY(join_alike, JoinAlike)

typedef struct {
    Doubles held;
    Longs order;
    Doubles filled; /* (folds, kinds) */
    Longs folds;
} Deal;

/* The fold that is poorest in what a group holds. */
static int64_t poorest(const Deal *job, int64_t group)
{
    int64_t best = 0;
    double lowest = INFINITY;
    for (int64_t fold = 0; fold < job->filled.rows; fold++) {
        double cost = 0;
        for (int64_t kind = 0; kind < job->held.columns; kind++) {
            double held = CELL(job->held, group, kind);
            cost += held * (2.0 * CELL(job->filled, fold, kind) + held);
        }
        if (cost < lowest) {
            best = fold;
            lowest = cost;
        }
    }
    return best;
}

/* Fold of each group; see splits._deal. */
static int64_t deal_of(Deal *job)
{
    for (int64_t k = 0; k < job->order.rows; k++) {
        int64_t group = AT(job->order, k), fold = poorest(job, group);
        for (int64_t kind = 0; kind < job->held.columns; kind++)
            CELL(job->filled, fold, kind) += CELL(job->held, group, kind);
        AT(job->folds, group) = fold;
    }
    return 0;
}
ENTRY(deal, Deal)
