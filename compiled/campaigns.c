/* Near-same texts and shared links among very many; see moderation/campaigns/kernel.py. */
#include "terms.h"

enum {
    BAND_ROWS = 3, /* minima per band */
    BANDS = 20,
    LEADERS = 4,       /* texts of one bucket that a further one is compared with */
    MOST_WORDS = 400,  /* of a text that are looked at */
};
static const double NEAR = 0.38; /* resemblance of word pairs that joins two texts */

/* Spread a 64-bit hash (the finaliser of MurmurHash3, Appleby, public domain). */
static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53u;
    return h ^ (h >> 33);
}

/* Sort in place (Shell's method); returns how many distinct ones stand at the beginning. */
static int64_t sort_distinct(Hashes of)
{
    int64_t gap = 1, kept = 0;
    while (gap < of.rows / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (int64_t i = gap; i < of.rows; i++) {
            uint64_t one = AT(of, i);
            int64_t j = i;
            for (; j >= gap && AT(of, j - gap) > one; j -= gap)
                AT(of, j) = AT(of, j - gap);
            AT(of, j) = one;
        }
    for (int64_t i = 0; i < of.rows; i++)
        if (i == 0 || AT(of, i) != AT(of, kept - 1)) {
            AT(of, kept) = AT(of, i);
            kept++;
        }
    return kept;
}

typedef struct {
    Bytes data;
    Longs offsets;
    Spelling spelling;
} Texts;

/* Sorted distinct hashes of the word pairs of text i; none if it has too few words. */
static Hashes pairs_of(const Texts *texts, int64_t i, int64_t least_words)
{
    const Hashes none = {NULL, 0, 1};
    int64_t start = AT(texts->offsets, i), stop = AT(texts->offsets, i + 1);
    Ints ids = NEW(Ints, int32_t, (stop - start) / 2 + 1);
    Floats shape = ZEROS(Floats, float, N_SHAPE);
    int64_t found = text_terms(&texts->spelling, texts->data, start, stop, ids, shape);
    int64_t size = least(found, MOST_WORDS);
    if (size < 1 || size < least_words)
        return none;
    Hashes some = NEW(Hashes, uint64_t, size);
    for (int64_t k = 0; k < size; k++)
        AT(some, k) = (uint64_t)AT(ids, k);
    if (sort_distinct(some) < least_words)
        return none;
    Hashes pairs = NEW(Hashes, uint64_t, size - 1);
    for (int64_t k = 0; k < size - 1; k++)
        AT(pairs, k) = mix((uint64_t)AT(ids, k) << 32 | (uint64_t)AT(ids, k + 1));
    pairs.rows = sort_distinct(pairs);
    return pairs;
}

typedef struct {
    int64_t first, last;
    Texts texts;
    Longs least_words;
    Hashes seeds, keys;
} Sketch;

/* The least hash of the pairs under each seed. */
static void find_minima(Hashes pairs, Hashes seeds, Hashes minima)
{
    for (int64_t s = 0; s < seeds.rows; s++)
        AT(minima, s) = UINT64_MAX;
    for (int64_t k = 0; k < pairs.rows; k++) {
        uint64_t h = AT(pairs, k);
        for (int64_t s = 0; s < seeds.rows; s++) {
            uint64_t v = (h ^ AT(seeds, s)) * 0x9E3779B97F4A7C15u;
            v ^= v >> 32;
            AT(minima, s) = v < AT(minima, s) ? v : AT(minima, s);
        }
    }
}

/* Fill the band keys (BANDS, n) of texts first:last; 0 in texts of too few words. */
static int64_t sketch_of(Sketch *job)
{
    Hashes minima = NEW(Hashes, uint64_t, job->seeds.rows);
    for (int64_t i = job->first; i < job->last; i++) {
        void *kept = borrowed();
        Hashes pairs = pairs_of(&job->texts, i, AT(job->least_words, i));
        if (pairs.rows) {
            find_minima(pairs, job->seeds, minima);
            for (int64_t band = 0; band < BANDS; band++) {
                uint64_t key = (uint64_t)band + 1;
                for (int64_t r = 0; r < BAND_ROWS; r++)
                    key = mix(key ^ AT(minima, band * BAND_ROWS + r));
                CELL(job->keys, band, i) = key | 1;
            }
        }
        give_back(kept);
    }
    return 0;
}
ENTRY(sketch, Sketch)

/* Jaccard index of two sorted arrays of distinct hashes. */
static double resemblance(Hashes a, Hashes b)
{
    int64_t i = 0, j = 0, shared = 0;
    while (i < a.rows && j < b.rows) {
        uint64_t one = AT(a, i), other = AT(b, j);
        shared += one == other;
        i += one <= other;
        j += other <= one;
    }
    return (double)shared / (double)most(a.rows + b.rows - shared, 1);
}

static int64_t root(Longs group, int64_t i)
{
    while (AT(group, i) != i) {
        AT(group, i) = AT(group, AT(group, i));
        i = AT(group, i);
    }
    return i;
}

typedef struct {
    Longs order;
    Hashes key;
    Texts texts;
    Longs group;
} JoinBand;

/* Join texts i and j if they are near; whether they are in one group now. */
static bool join(const JoinBand *job, int64_t i, int64_t j)
{
    int64_t mine = root(job->group, i), other = root(job->group, j);
    if (mine == other)
        return true;
    void *kept = borrowed();
    double alike = resemblance(pairs_of(&job->texts, i, 0), pairs_of(&job->texts, j, 0));
    give_back(kept);
    if (alike < NEAR)
        return false;
    AT(job->group, most(mine, other)) = least(mine, other);
    return true;
}

/* Compare each text with up to LEADERS unlike ones before it in its bucket; join the near. */
static int64_t join_band_of(JoinBand *job)
{
    int64_t leaders[LEADERS], count = 0;
    for (int64_t k = 0; k < job->order.rows; k++) {
        int64_t i = AT(job->order, k);
        if (k == 0 || AT(job->key, i) != AT(job->key, AT(job->order, k - 1)))
            count = 0;
        bool near = false;
        for (int64_t m = 0; m < count; m++)
            near = join(job, i, leaders[m]) || near;
        if (!near && count < LEADERS)
            leaders[count++] = i;
    }
    return 0;
}
ENTRY(join_band, JoinBand)

typedef struct {
    Longs group;
} Flatten;

static int64_t flatten_groups_of(Flatten *job)
{
    for (int64_t i = 0; i < job->group.rows; i++)
        AT(job->group, i) = root(job->group, i);
    return 0;
}
ENTRY(flatten_groups, Flatten)

typedef struct {
    Bytes data;
    Longs offsets, row;
    Hashes link;
} ScanLinks;

static inline bool is_letter(Bytes data, int64_t at, char letter)
{
    return (AT(data, at) | 0x20) == letter;
}

/* Length of http://, https:// or www. at `at`, 0 if there is none; 6 bytes follow. */
static int64_t link_begins(Bytes data, int64_t at, int64_t stop)
{
    if (is_letter(data, at, 'h') && is_letter(data, at + 1, 't') && is_letter(data, at + 2, 't')) {
        if (!is_letter(data, at + 3, 'p'))
            return 0;
        int64_t step = is_letter(data, at + 4, 's') ? 5 : 4;
        bool slashed = at + step + 3 <= stop && AT(data, at + step) == ':' &&
                       AT(data, at + step + 1) == '/';
        return slashed ? step + 3 : 0;
    }
    bool www = is_letter(data, at, 'w') && is_letter(data, at + 1, 'w') &&
               is_letter(data, at + 2, 'w') && AT(data, at + 3) == '.';
    return www ? 4 : 0;
}

static bool ends_link(uint8_t byte)
{
    return byte <= ' ' || byte == '"' || byte == '\'' || byte == '<' || byte == '>' ||
           byte == ')' || byte == ']';
}

static bool is_last_mark(uint8_t byte)
{
    return byte == '!' || byte == ',' || byte == '.' || byte == '/' || byte == ':' ||
           byte == ';' || byte == '?';
}

/* Hash of an address, whatever its case. */
static uint64_t hash_link(Bytes data, int64_t first, int64_t last)
{
    uint64_t h = 14695981039346656037u;
    for (int64_t k = first; k < last; k++) {
        uint8_t byte = AT(data, k);
        byte = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
        h = (h ^ byte) * 1099511628211u;
    }
    return h;
}

/* The links of text i, from `found` on; returns where they end. */
static int64_t scan_text(const ScanLinks *job, int64_t i, int64_t found)
{
    const Bytes data = job->data;
    int64_t at = AT(job->offsets, i), stop = AT(job->offsets, i + 1);
    while (at + 6 < stop) {
        int64_t step = link_begins(data, at, stop);
        if (step == 0) {
            at++;
            continue;
        }
        int64_t first = at + step, last = first;
        while (last < stop && !ends_link(AT(data, last)))
            last++;
        at = last;
        if (first + 4 <= last && is_letter(data, first, 'w') && AT(data, first + 3) == '.')
            first += 4;
        while (last > first && is_last_mark(AT(data, last - 1)))
            last--;
        if (last - first < 4)
            continue;
        if (job->row.rows) {
            AT(job->row, found) = i;
            AT(job->link, found) = hash_link(data, first, last);
        }
        found++;
    }
    return found;
}

/* Rows and hashes of links, without scheme, www. and last mark; without room, how many. */
static int64_t scan_links_of(ScanLinks *job)
{
    int64_t found = 0;
    for (int64_t i = 0; i < job->offsets.rows - 1; i++)
        found = scan_text(job, i, found);
    return found;
}
ENTRY(scan_links, ScanLinks)
