/* How common a word is, for choosing between the readings that a disguise allows.

   See moderation/features/common_words.py, which loads the words' hashes and costs. */
#include "words.h"

enum {
    LONGEST = 20,   /* letters of a word that a split tries */
    UNKNOWN = 110,  /* cost of an unknown word: ln 10^6 in eighths, */
    PER_LETTER = 18, /* and ln 10 a letter */
    SHORTEST = 4,   /* letters of an unknown word: a shorter one costs as much */
    WORST = 1 << 30,
};

/* Cost of a common word, the lower the commoner; 0 for a word that is not common. */
int64_t cost_of(const Known *known, uint64_t hashed)
{
    const Unsigned hashes = known->common_hashes;
    uint32_t half = (uint32_t)(hashed >> 32);
    int64_t low = 0, high = hashes.rows;
    while (low < high) {
        int64_t middle = (low + high) >> 1;
        if (AT(hashes, middle) < half)
            low = middle + 1;
        else
            high = middle;
    }
    return low < hashes.rows && AT(hashes, low) == half ? AT(known->common_costs, low) : 0;
}

/* Cost of the word `chars[begin:begin + size]`, common or not. */
int64_t rarity(const Known *known, Ints chars, int64_t begin, int64_t size)
{
    uint64_t hashed = HASH_SEED;
    for (int64_t k = begin; k < begin + size; k++)
        hashed = hash_letter(hashed, AT(chars, k));
    int64_t cost = cost_of(known, hashed);
    return cost ? cost : UNKNOWN;
}

/* Find the cheapest split of each beginning of the letters: its cost from `cost` on, and from
   `back` on where its last word begins. */
static void try_splits(const Known *known, Ints chars, int64_t begin, int64_t size)
{
    int64_t cost = begin + size, back = begin + 2 * size + 1;
    AT(chars, cost) = 0;
    for (int64_t k = 1; k <= size; k++)
        AT(chars, cost + k) = WORST;
    for (int64_t start = 0; start < size; start++) {
        uint64_t hashed = HASH_SEED;
        for (int64_t stop = start + 1; stop <= least(start + LONGEST, size); stop++) {
            hashed = hash_letter(hashed, AT(chars, begin + stop - 1));
            int64_t found = cost_of(known, hashed);
            if (found == 0)
                found = UNKNOWN + PER_LETTER * most(stop - start, SHORTEST);
            found += AT(chars, cost + start);
            if (found < AT(chars, cost + stop)) {
                AT(chars, cost + stop) = (int32_t)found;
                AT(chars, back + stop) = (int32_t)start;
            }
        }
    }
}

/* Split `chars[begin:begin + size]` into the likeliest words; returns their number.

   size: at most MOST_SPLIT. Their lengths are written from `chars[begin + size]` on; of `chars`,
   SPLIT_ROOM * size + 2 places from `begin` on are used. */
int64_t split_words(const Known *known, Ints chars, int64_t begin, int64_t size)
{
    int64_t cost = begin + size, back = begin + 2 * size + 1, words = 0;
    try_splits(known, chars, begin, size);
    for (int64_t stop = size; stop > 0; stop = AT(chars, back + stop))
        words++;
    int64_t place = words;
    for (int64_t stop = size; stop > 0;) {
        int64_t came = AT(chars, back + stop);
        place--;
        AT(chars, cost + place) = (int32_t)(stop - came);
        stop = came;
    }
    return words;
}
