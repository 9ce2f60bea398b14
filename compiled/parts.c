/* Words without blanks taken apart to characters; see moderation/evidence/by_character.py. */
#include "scores.h"

/* by_character.Letters, of all texts */
typedef struct {
    Longs begin;
    Ints folded; /* -1: a letter that folds to several, or to none */
    Bytes no_blanks;
} Letters;

/* Where spans stand and what each carries: (spans, labels) doubles. */
typedef struct {
    Ints start, end;
    Doubles shares;
} Spans;

typedef struct {
    Letters letters;
    Longs begin; /* where the spans of each text begin */
    Spans found;
    Floats idf, weights; /* by bucket; of all labels */
    int64_t low, high, bits;
    Longs counts; /* how many spans each text has afterwards */
    Spans out;
} TakeApart;

/* Whether a word is of letters that fold to one each, some of them of a script without blanks. */
static bool may_be_taken_apart(const Letters *letters, int64_t from, int64_t to)
{
    bool without = false;
    for (int64_t k = from; k < to; k++) {
        if (AT(letters->folded, k) < 0)
            return false;
        without = without || AT(letters->no_blanks, k);
    }
    return without && to - from > 1;
}

/* Add what the n-grams of a word carry to its letters, each n-gram's divided equally among them.

   As scores.c lists them: with a blank at either end, a blank alone behind the word left out. */
static void add_grams(const TakeApart *job, Ints word, Doubles worth)
{
    for (int64_t first = -1; first < word.rows; first++) {
        uint64_t hashed = CHAR_SEED;
        int64_t longest = least(job->high, word.rows + 1 - first);
        for (int64_t length = 1; length <= longest; length++) {
            int64_t last = first + length - 1;
            bool inside = 0 <= last && last < word.rows;
            hashed = hash_letter(hashed, inside ? AT(word, last) : ' ');
            if (length < job->low)
                continue;
            int64_t bucket = bucket_of(hashed, job->bits);
            int64_t from = most(first, 0), to = least(last + 1, word.rows);
            for (int64_t label = 0; label < worth.columns; label++) {
                float whole = AT(job->idf, bucket) * CELL(job->weights, bucket, label);
                double each = (double)whole / (double)most(to - from, 1);
                for (int64_t k = from; k < to; k++)
                    CELL(worth, k, label) += each;
            }
        }
    }
}

/* Make the letters' worths add up to the word's shares; false where they say the contrary. */
static bool brought_to(Doubles worth, Doubles shares)
{
    for (int64_t label = 0; label < worth.columns; label++) {
        double total = 0;
        for (int64_t k = 0; k < worth.rows; k++)
            total += CELL(worth, k, label);
        if (!(total * AT(shares, label) > 0))
            return false;
        double factor = AT(shares, label) / total;
        for (int64_t k = 0; k < worth.rows; k++)
            CELL(worth, k, label) *= factor;
    }
    return true;
}

/* Write a word's span, or one for each of its letters, from `at` on; returns where they end. */
static int64_t write_word(const TakeApart *job, int64_t text, int64_t span, int64_t at)
{
    const Spans *out = &job->out;
    int64_t begin = AT(job->letters.begin, text), labels = job->found.shares.columns;
    int32_t start = AT(job->found.start, span), end = AT(job->found.end, span);
    Doubles shares = ROW(Doubles, job->found.shares, span);
    if (may_be_taken_apart(&job->letters, begin + start, begin + end)) {
        Doubles worth = ROWS(Doubles, out->shares, at, at + end - start);
        for (int64_t k = 0; k < worth.rows * labels; k++)
            AT(worth, k) = 0;
        add_grams(job, PART(Ints, job->letters.folded, begin + start, begin + end), worth);
        if (brought_to(worth, shares)) {
            for (int32_t k = start; k < end; k++, at++) {
                AT(out->start, at) = k;
                AT(out->end, at) = k + 1;
            }
            return at;
        }
    }
    AT(out->start, at) = start;
    AT(out->end, at) = end;
    for (int64_t label = 0; label < labels; label++)
        CELL(out->shares, at, label) = AT(shares, label);
    return at + 1;
}

/* Take the words of all texts apart; returns how many spans there are. */
static int64_t take_apart_of(TakeApart *job)
{
    int64_t at = 0;
    for (int64_t text = 0; text < job->counts.rows; text++) {
        int64_t before = at;
        for (int64_t span = AT(job->begin, text); span < AT(job->begin, text + 1); span++)
            at = write_word(job, text, span, at);
        AT(job->counts, text) = at - before;
    }
    return at;
}
ENTRY(take_apart, TakeApart)
