/* Which signs and digits belong to a word, and what they stand for. */
#include "words.h"

static const uint8_t LEET[128] = {
    ['0'] = 'o', ['1'] = 'i', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['6'] = 'g', ['7'] = 't',
    ['8'] = 'b', ['9'] = 'g', ['@'] = 'a', ['$'] = 's', ['!'] = 'i', ['|'] = 'i',
};

/* The letter that a sign or digit stands for; `upright` for 1 ! |, which may be i or l. */
int32_t unsigned_letter(int32_t letter, int32_t upright)
{
    if (letter == '1' || letter == '!' || letter == '|')
        return upright;
    return letter >= 0 && letter < 128 && LEET[letter] ? LEET[letter] : letter;
}

/* Whether `i:end` is a common word, once its signs are letters. */
bool hides_common(const Pass *pass, int64_t i, int64_t end)
{
    uint64_t as_i = HASH_SEED, as_l = HASH_SEED;
    for (int64_t j = i; j < end; j++) {
        int32_t letter = AT(pass->s->chars, j);
        as_i = hash_letter(as_i, unsigned_letter(letter, 'i'));
        as_l = hash_letter(as_l, unsigned_letter(letter, 'l'));
    }
    return cost_of(pass->known, as_i) > 0 || cost_of(pass->known, as_l) > 0;
}

/* Whether `i:end` is a common word only once its last sign is a letter. */
bool ends_common(const Pass *pass, int64_t i, int64_t end)
{
    return hides_common(pass, i, end) && !hides_common(pass, i, end - 1);
}

/* End of the signs at `first`; they are looked at once. */
static int64_t signs_end(const Scratch *s, int64_t first, int64_t n)
{
    int64_t j = most(first, STATE(s, SIGNS_TO));
    while (j < n && KIND(s, j) == PUNCT && is_sign(AT(s->chars, j)))
        j++;
    STATE(s, SIGNS_TO) = j;
    return j;
}

/* End of the word `i:end` that the signs `first:j` follow, and no letter: a$$, boy$, schoo|. */
static int64_t closing_signs(const Pass *pass, int64_t i, int64_t end, int64_t first, int64_t j)
{
    const Ints chars = pass->s->chars;
    while (first < j && j - first <= 2 && AT(chars, first) == '$') {
        first++;
        end = first;
    }
    bool one_left = end < first + 1 && first + 1 == j;
    if (one_left && (AT(chars, first) == '@' || AT(chars, first) == '|') && ends_common(pass, i, j))
        return j;
    return end;
}

/* Whether the word that begins at `i` ends before the signs `first:j`, which letters follow. */
static bool ends_before(const Pass *pass, int64_t i, int64_t first, int64_t j, int64_t letters)
{
    const Scratch *s = pass->s;
    int64_t following = j;
    while (following < pass->n && KIND(s, following) == LETTER)
        following++;
    if (KIND(s, j) == DIGIT && AT(s->chars, j - 1) == '$')
        return true;
    if (first > i && j - first > 3)
        return true;
    return letters >= SENTENCE_LETTERS && following - j >= SENTENCE_LETTERS &&
           AT(s->chars, first) != '$' && !hides_common(pass, i, following);
}

/* End of the word that begins at `i`, letter signs included. */
int64_t word_end(const Pass *pass, int64_t i)
{
    const Scratch *s = pass->s;
    int64_t n = pass->n, end = i, j = i, letters = 0;
    while (j < n) {
        if (IS_WORD(s, j)) {
            letters++;
            j++;
            end = j;
            continue;
        }
        if (KIND(s, j) != PUNCT || !is_sign(AT(s->chars, j)) || AT(s->kind, j) & IN_LINK)
            break;
        int64_t first = j;
        j = signs_end(s, first, n);
        if (j == n || !IS_WORD(s, j))
            return closing_signs(pass, i, end, first, j);
        if (AT(s->chars, first) == '*')
            continue;
        if (ends_before(pass, i, first, j, letters))
            break;
        letters = 0;
    }
    return end;
}

/* What a word is made of. */
typedef struct {
    int64_t letters, digits, signs, odd; /* odd: digits that are like no letter */
    int64_t inside, outside;             /* runs of digits between letters; the longest other one */
} Makeup;

/* Count the digits at `first`; returns where they end. */
static int64_t count_digits(const Scratch *s, int64_t i, int64_t first, int64_t end, Makeup *of)
{
    int64_t j = first;
    while (j < end && KIND(s, j) == DIGIT) {
        int32_t digit = AT(s->chars, j);
        of->odd += digit >= 128 || LEET[digit] == 0;
        j++;
    }
    of->digits += j - first;
    bool plural = j == end - 1 && AT(s->chars, j) == 's'; /* 90s, ps4s */
    if (first > i && j < end && !plural)
        of->inside++;
    else
        of->outside = most(of->outside, j - first);
    return j;
}

static Makeup makeup(const Scratch *s, int64_t i, int64_t end)
{
    Makeup of = {0};
    for (int64_t j = i; j < end;) {
        if (KIND(s, j) == LETTER) {
            of.letters++;
            j++;
        } else if (KIND(s, j) == PUNCT) {
            of.signs += AT(s->chars, j) != '*';
            j++;
        } else {
            j = count_digits(s, i, j, end, &of);
        }
    }
    return of;
}

/* Whether the two letters at `j` are st, nd, rd or th. */
static bool is_ordinal(Ints chars, int64_t j)
{
    int32_t pair = (int32_t)((uint32_t)AT(chars, j) << 8 | (uint32_t)AT(chars, j + 1));
    return pair == 0x7374 || pair == 0x6E64 || pair == 0x7264 || pair == 0x7468;
}

/* Whether `i:end` hides letters: 0 no, 1 perhaps (a second form), 2 yes. */
int64_t leet_kind(const Pass *pass, int64_t i, int64_t end)
{
    const Scratch *s = pass->s;
    Makeup of = makeup(s, i, end);
    if (of.signs)
        return 2;
    if (of.digits == 0 || of.letters < 2 || of.odd)
        return 0;
    if (of.inside)
        return 2;
    if (of.outside > 2)
        return 0;
    if (of.letters == 2 && KIND(s, i) == DIGIT && is_ordinal(s->chars, end - 2))
        return 0;
    bool last = of.outside == 1 && KIND(s, end - 1) == DIGIT;
    return last && of.letters >= SENTENCE_LETTERS && ends_common(pass, i, end) ? 2 : 1;
}

/* Whether the foreign letters of `i:end` pass for Latin ones. */
bool is_lookalike(const Scratch *s, int64_t i, int64_t end)
{
    bool latin = false, looks = false;
    for (int64_t j = i; j < end; j++) {
        uint8_t flags = AT(s->kind, j);
        if ((flags & KIND_BITS) != LETTER)
            continue;
        if (!(flags & (LATIN | LOOK)))
            return false;
        latin = latin || flags & LATIN;
        looks = looks || flags & LOOK;
    }
    return looks && (latin || (SEEN(s, N_STRANGE) == 0 && SEEN(s, N_LATIN) > 0));
}

/* End of the word that ends at `end`, with n't, 's, 'll. */
int64_t suffix_end(const Scratch *s, int64_t end, int64_t n)
{
    if (end + 1 >= n || !is_apostrophe(AT(s->chars, end)))
        return end;
    int64_t stop = end + 1;
    while (stop < n && stop < end + MOST_SUFFIX + 2 && KIND(s, stop) == LETTER)
        stop++;
    return end + 1 < stop && stop < end + MOST_SUFFIX + 2 ? stop : end;
}

/* Let no sign of the word `i:end` be taken for the end of a sentence: h.e.l.p, m!nd.

   leet: the digits in it are letters. */
void take_signs(const Scratch *s, int64_t i, int64_t end, bool leet)
{
    for (int64_t j = i; j < end; j++) {
        uint8_t kind = KIND(s, j);
        if (kind == PUNCT) {
            SEEN(s, N_EXCLAIM) -= AT(s->chars, j) == '!';
            AT(s->kind, j) = SPACE;
        }
        SEEN(s, N_DIGITS) -= leet && kind == DIGIT;
    }
}
