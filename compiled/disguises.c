/* Words with their disguises undone: stretched letters, signs and digits, look-alikes. */
#include "words.h"

static const uint8_t VOWEL[128] = {['a'] = 1, ['e'] = 1, ['i'] = 1, ['o'] = 1, ['u'] = 1, ['y'] = 1};
/* Letters that English doubles: 1, and does so at a word's end: 2. */
static const uint8_t DOUBLED[128] = {
    ['b'] = 1, ['c'] = 1, ['d'] = 2, ['e'] = 2, ['f'] = 2, ['g'] = 2, ['l'] = 2, ['m'] = 1,
    ['n'] = 1, ['o'] = 2, ['p'] = 1, ['r'] = 1, ['s'] = 2, ['t'] = 2, ['z'] = 2,
};

/* How a word is read. */
typedef struct {
    int64_t i, end;  /* characters */
    bool leet, looks; /* replace signs and digits; look-alikes */
    int32_t upright; /* what 1 ! | stand for */
    bool main;
} Reader;

void add_form(const Pass *pass, Form form)
{
    uint64_t hashed = HASH_SEED;
    for (int64_t k = form.begin; k < form.begin + form.size; k++)
        hashed = hash_letter(hashed, AT(pass->s->chars, k));
    add_token(pass, hashed, form);
}

/* Write a word behind the characters that are kept, signs and look-alikes replaced.

   Returns its size. The next form is written over it, until STATE(TOP) is moved behind it. */
static int64_t write_form(const Scratch *s, Reader word)
{
    int64_t top = STATE(s, TOP), out = top;
    if (!fits(s, word.end - word.i))
        return 0;
    for (int64_t j = word.i; j < word.end; j++) {
        int32_t letter = AT(s->chars, j);
        if (word.looks && AT(s->kind, j) & LOOK)
            letter = AT(s->look, j);
        else if (word.leet && KIND(s, j) != LETTER)
            letter = unsigned_letter(letter, word.upright);
        if (!is_apostrophe(letter)) {
            AT(s->chars, out) = letter;
            out++;
        }
    }
    return out - top;
}

/* Whether English doubles the ASCII `letter` between these two; -1 is the word's edge. */
static bool may_double(int32_t before, int32_t letter, int32_t after)
{
    if (DOUBLED[letter] == 0 || before >= 128 || after >= 128)
        return false;
    bool vowel_before = before >= 0 && VOWEL[before];
    if (VOWEL[letter]) /* good, see */
        return !vowel_before && (after < 0 || !VOWEL[after]);
    if (after < 0)
        return vowel_before && DOUBLED[letter] == 2;
    return vowel_before && (VOWEL[after] || after == 'l' || after == 'r'); /* apple, cherry */
}

/* Whether a run of so many of a character is drawn out: digits and stars stay as they are. */
static bool is_stretched(int32_t letter, int64_t length)
{
    return length >= 3 && !(letter >= '0' && letter <= '9') && letter != '*';
}

/* Shorten runs of three or more letters in `chars[begin:begin + size]`.

   keep: 1 or 2 letters of a run stay (2 only where English doubles the letter). A word of one
   letter (xxx, ааа) keeps three. */
Shortened unstretch(const Scratch *s, int64_t begin, int64_t size, int64_t keep)
{
    const Ints chars = s->chars;
    int64_t out = begin, end = begin + size;
    bool differs = false;
    for (int64_t j = begin; j < end;) {
        int32_t letter = AT(chars, j);
        int64_t run = j;
        while (run < end && AT(chars, run) == letter)
            run++;
        int64_t length = run - j;
        bool stretched = is_stretched(letter, length);
        if (stretched && length == size) {
            length = 3;
        } else if (stretched) {
            int32_t before = out > begin ? AT(chars, out - 1) : -1;
            bool doubles =
                letter >= 128 || may_double(before, letter, run < end ? AT(chars, run) : -1);
            differs = differs || doubles;
            length = doubles ? keep : 1;
        }
        for (int64_t k = 0; k < length; k++) {
            AT(chars, out) = letter;
            out++;
        }
        j = run;
    }
    return (Shortened){out - begin, differs};
}

/* Write a word with its runs shortened; its size. */
static int64_t write_short(const Scratch *s, Reader word, int64_t keep)
{
    return unstretch(s, STATE(s, TOP), write_form(s, word), keep).size;
}

/* What 1 ! | stand for in a word: l where that makes the commoner word, else i. */
static int32_t upright_of(const Pass *pass, Reader word)
{
    const Scratch *s = pass->s;
    bool doubtful = false;
    for (int64_t j = word.i; j < word.end; j++) {
        int32_t letter = AT(s->chars, j);
        doubtful = doubtful || letter == '1' || letter == '!' || letter == '|';
    }
    if (!doubtful)
        return 'i';
    int64_t top = STATE(s, TOP);
    word.upright = 'i';
    int64_t as_i = rarity(pass->known, s->chars, top, write_short(s, word, 1));
    word.upright = 'l';
    int64_t as_l = rarity(pass->known, s->chars, top, write_short(s, word, 1));
    return as_l < as_i ? 'l' : 'i';
}

/* Keep the form that was written last. */
static void keep_form(const Pass *pass, Reader word, int64_t size)
{
    const Scratch *s = pass->s;
    Form form = {STATE(s, TOP), size, AT(s->at, word.i), AT(s->at, word.end - 1) + 1, word.main};
    STATE(s, TOP) += size;
    add_form(pass, form);
}

/* Add a word; where it is stretched, with one letter, doubled letters, or as both. */
static void add_forms(const Pass *pass, Reader word)
{
    const Scratch *s = pass->s;
    int64_t top = STATE(s, TOP);
    word.upright = word.leet ? upright_of(pass, word) : 'i';
    int64_t written = write_form(s, word);
    Shortened short_one = unstretch(s, top, written, 1);
    if (word.main) {
        SEEN(s, N_STRETCHED) += short_one.size < written;
        SEEN(s, N_CHARS) -= written - short_one.size;
    }
    if (!short_one.size)
        return;
    if (!short_one.differs) {
        keep_form(pass, word, short_one.size);
        return;
    }
    int64_t once = rarity(pass->known, s->chars, top, short_one.size);
    int64_t twice = rarity(pass->known, s->chars, top, write_short(s, word, 2));
    if (twice + MUCH > once)
        keep_form(pass, word, write_short(s, word, 1));
    if (once + MUCH > twice) {
        word.main = word.main && twice + MUCH <= once;
        keep_form(pass, word, write_short(s, word, 2));
    }
}

/* Add a word inside a link: nothing but look-alikes is undone there. */
static void add_linked(const Pass *pass, Reader word)
{
    const Scratch *s = pass->s;
    keep_form(pass, word, write_form(s, word));
    for (int64_t j = word.i; j < word.end; j++)
        if (KIND(s, j) == PUNCT)
            note_end(s, j);
}

/* Add the word `i:end`, which may be disguised; returns where the next one can begin. */
int64_t add_disguised(const Pass *pass, int64_t i, int64_t end)
{
    const Scratch *s = pass->s;
    Reader word = {i, end, false, is_lookalike(s, i, end), 'i', true};
    SEEN(s, N_MIXED) += word.looks;
    if (AT(s->kind, i) & IN_LINK) {
        add_linked(pass, word);
        return end;
    }
    word.end = suffix_end(s, end, pass->n);
    int64_t leet = leet_kind(pass, i, end);
    SEEN(s, N_LEET) += leet == 2;
    for (int64_t j = i + 1; j < end; j++)
        if (AT(s->chars, j) == '*') {
            SEEN(s, N_MASKED) += 1;
            break;
        }
    word.leet = leet == 2;
    add_forms(pass, word);
    if (leet == 1) {
        word.leet = true;
        word.main = false;
        add_forms(pass, word);
    }
    take_signs(s, i, end, leet == 2);
    return word.end;
}
