"""What the commands say of a dump: what was read, how it is made up, what was flagged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import typer

from moderation.cli.app import say, tell
from moderation.errors import InputError
from moderation.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from moderation.flags.by_language import ByLanguage
    from moderation.model.share import Share
    from moderation.readers import Dump
    from moderation.report.database import Written
    from moderation.report.render import Reported


LANGUAGES = 12  # lines of them; more are in the scored table


def tell_sources(formats: Iterable[tuple[str, Sequence[str]]], notes: Iterable[str]) -> None:
    """Each file with its reader and why, and the notes; last, the files that no reader took.

    formats: file, (reader, "" if no reader took it, and the reason).
    """
    from moderation.terminal import line, place, sentence, width

    files = list(formats)
    for file, (reader, reason) in files:
        if reader:
            say(line(f"{place(file, width() // 2)}: {reader}: {reason}", width()))
    for note in notes:
        say(sentence(f"note: {note}", width()))
    for file, (reader, reason) in files:
        if not reader:
            why = reason.partition("; known are")[0]
            say(line(f"skipped {place(file, width() // 2)}: {why}", width()))


class Counts(NamedTuple):
    """What a dump came to. comments: with placeholders; invented: those."""

    records: int
    comments: int
    rejects: int
    threads: int
    invented: int


def say_counts(counts: Counts) -> None:
    """That every record is a comment or a reject."""
    lost = f"; {plural(counts.invented, 'placeholder')} for lost comments"
    say(
        f"{plural(counts.records, 'record')} = "
        f"{plural(counts.comments - counts.invented, 'comment')} + "
        f"{plural(counts.rejects, 'reject')}, {plural(counts.threads, 'thread')}"
        f"{lost if counts.invented else ''}"
    )


def read_summary(dump: Dump, comments: int) -> None:
    """What was read, and the first rejects."""
    from moderation.terminal import table, width

    tell_sources(dump.formats.items(), dump.notes)
    rejects, threads = dump.reject_table, len(dump.thread_table)
    say_counts(Counts(dump.records, comments, len(rejects), threads, dump.invented))
    shown = rejects.select(["file", "place", "reason"]).slice(0, 5).to_pylist()
    if shown:
        rows = [row.values() for row in shown]
        say(table(["file", "place", "why rejected"], rows, width()))
        if len(rejects) > len(shown):
            say(f"… {len(rejects) - len(shown):,} more; --rejects FILE writes them all")


def check_known(formats: Mapping[str, Sequence[str]]) -> None:
    """Raise InputError for a dump without comments that was read as prose, for want of a format."""
    for file, (reader, reason) in formats.items():
        if reader == "plaintext" and "--format" not in reason:
            raise InputError(
                f"{file}: no comments found; it was read as {reason}, because no other reader "
                "recognises it. Name a format with --format (see moderation formats), or a "
                "table's text column with --format table --map text=COLUMN"
            )


def counts_of(comments: pd.DataFrame) -> Counter[tuple[str, str]]:
    """How many comments are of each depth, kind and status, and have each warning."""
    depths = comments["depth"].clip(upper=10)
    columns = {
        "depth": depths.map(lambda depth: "10 and more" if depth >= 10 else str(depth)),
        "kind": comments["kind"],
        "status": comments["status"],
        "warning": comments["warnings"].explode().dropna(),
    }
    return Counter(
        {
            (what, str(value)): int(count)
            for what, values in columns.items()
            for value, count in values.value_counts().items()
        }
    )


def count_summary(counts: Counter[tuple[str, str]]) -> None:
    """Comments by depth, kind, status and warning, largest first."""
    from moderation.terminal import table, width

    rows = []
    for what in ("depth", "kind", "status", "warning"):
        groups = [(value, count) for (name, value), count in counts.most_common() if name == what]
        if what == "depth":
            groups.sort()
        rows += [(what, count, value) for value, count in groups]
    if rows:
        say(table(["by", "comments", "value"], rows, width()))


def ping_summary(pings: int) -> None:
    """How many notices were not scored, if any, and why."""
    from moderation.terminal import sentence, width

    if pings:
        what = (
            "1 pingback or trackback is"
            if pings == 1
            else f"{pings:,} pingbacks and trackbacks are"
        )
        say(sentence(f"{what} not scored: a notice of a link is not a comment", width()))


def flag_summary(scored: pa.Table, labels: list[str], shares: Mapping[str, Share]) -> None:
    """Flags per label, for how many comments the model cannot tell, and what was not scored."""
    from moderation.comments import PINGS
    from moderation.model.share import flag_count

    rows = [(label, flag_count(scored, label), scored[label].null_count) for label in labels]
    label_summary(rows, shares)
    kinds = scored["kind"].value_counts().to_pylist()
    ping_summary(sum(one["counts"] for one in kinds if one["values"] in PINGS))


def label_summary(rows: list[tuple[str, int, int]], shares: Mapping[str, Share]) -> None:
    """A line per label, and where a dump is not of the kind that the model knows, what to do.

    rows: label, flags, and comments for which the model cannot tell.
    """
    from moderation.terminal import sentence, table, width

    lines = [(*row, str(shares[row[0]]) if row[0] in shares else "–") for row in rows]
    say(table(["label", "flags", "cannot tell", "share here"], lines, width()))
    for share in shares.values():
        if share.note:
            say(sentence(share.note, width()))


def language_summary(counts: ByLanguage, labels: list[str]) -> None:
    """Comments and flags by language, unless all are English or unknown; the largest, a note."""
    from moderation.flags.by_language import strange_note, worth_saying
    from moderation.terminal import sentence, table, width

    if not worth_saying(counts):
        return
    rows = [
        (
            language or "unknown",
            one["comments"],
            *(one["flags"].get(label, 0) for label in labels),
            one["cannot_tell"],
        )
        for language, one in counts.items()
    ]
    flags = [f"{label} flags" if k == 0 else label for k, label in enumerate(labels)]
    say(table(["language", "comments", *flags, "cannot tell"], rows[:LANGUAGES], width()))
    if len(rows) > LANGUAGES:
        more = plural(len(rows) - LANGUAGES, "more language")
        say(f"… {more}; column `language` of the scored table")
    if note := strange_note(counts):
        say(sentence(note, width()))


def campaign_summary(campaigns: pd.DataFrame) -> None:
    """The largest campaigns, one line each."""
    from moderation.terminal import table, width

    if len(campaigns):
        shown = ["campaign", "members", "threads", "authors", "text"]
        rows = campaigns[shown].head(5).itertuples(index=False)
        say(table(shown, rows, width()))
        if len(campaigns) > 5:
            more = plural(len(campaigns) - 5, "more campaign")
            say(f"… {more}; column `campaign` of the scored table")


def report_summary(target: Path, reported: Reported) -> None:
    """What a report was written of."""
    contents = f"{plural(reported.flagged, 'flagged comment')} of {reported.comments:,}"
    if reported.queued:
        contents += f", {reported.queued:,} more to review"
    if reported.shown < reported.flagged + reported.queued:
        contents += f"; the {reported.shown:,} surest are in it"
    tell(f"wrote {target} ({contents})")
    if reported.characters is not None:
        say(f"texts are cut after {reported.characters:,} characters, so that the file stays small")


def database_summary(target: Path, written: Written) -> None:
    """What a database holds, and how to look at it."""
    contents = f"{plural(written.comments, 'comment')}, {plural(written.flags, 'flag')}"
    tell(f"wrote {target} ({contents}) and {written.metadata}")
    say(f"to look at it: datasette {target} -m {written.metadata}")


def print_flagged(flagged: pa.Table, most: int | None) -> None:
    """The surest of the flagged comments, one line each, as a result; None = all."""
    from moderation.terminal import table, width

    shown = flagged.select(["id", "flags", "text"]).slice(0, most)
    rows = [row.values() for row in shown.to_pylist()]
    if rows:
        typer.echo(table(["id", "flags", "text"], rows, width()))
    if len(shown) < len(flagged):
        more = plural(len(flagged) - len(shown), "more flagged comment")
        tell(f"… {more}: --all prints all, -o FILE or --report FILE keep them")


def print_tree(dump: Dump) -> None:
    """The threads, drawn, as a result."""
    from moderation.terminal import tree, width

    threads = dump.threads
    titles = dict(zip(threads["thread_id"], threads["title"].fillna(""), strict=True))
    for drawn in tree(dump.comments, titles, width()):
        typer.echo(drawn)
