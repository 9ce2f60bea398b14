"""What the commands say of a dump: what was read, how it is made up, what was flagged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import typer

from moderation.cli.app import say, tell
from moderation.cli.reading_words import note, place_in_file, why_rejected, why_this_reader
from moderation.errors import InputError
from moderation.translation import said_again, tr, trn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from moderation.flags.by_language import ByLanguage
    from moderation.flags.counts import FlagCounts
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
            known_by = why_this_reader(reason)
            say(line(f"{place(file, width() // 2)}: {reader}: {known_by}", width()))
    for found in notes:
        say(sentence(tr("note: {what}", what=note(found)), width()))
    for file, (reader, reason) in files:
        if not reader:
            why = reason.partition("; known are")[0]
            said = why_this_reader(why)
            skipped = tr("skipped {file}: {why}", file=place(file, width() // 2), why=said)
            say(line(skipped, width()))


class Counts(NamedTuple):
    """What a dump came to. comments: with placeholders; invented: those."""

    records: int
    comments: int
    rejects: int
    threads: int
    invented: int


def say_counts(counts: Counts) -> None:
    """That every record is a comment or a reject."""
    counted = tr(
        "{records} = {comments} + {rejects}, {threads}",
        records=trn("{n} record", "{n} records", counts.records),
        comments=trn("{n} comment", "{n} comments", counts.comments - counts.invented),
        rejects=trn("{n} reject", "{n} rejects", counts.rejects),
        threads=trn("{n} thread", "{n} threads", counts.threads),
    )
    lost = trn(
        "{n} placeholder for lost comments", "{n} placeholders for lost comments", counts.invented
    )
    say(f"{counted}; {lost}" if counts.invented else counted)


def read_summary(dump: Dump, comments: int) -> None:
    """What was read, and the first rejects."""
    from moderation.terminal import table, width

    tell_sources(dump.formats.items(), dump.notes)
    rejects, threads = dump.reject_table, len(dump.thread_table)
    say_counts(Counts(dump.records, comments, len(rejects), threads, dump.invented))
    shown = rejects.select(["file", "place", "reason"]).slice(0, 5).to_pylist()
    if shown:
        rows = [
            (row["file"], place_in_file(row["place"]), why_rejected(row["reason"])) for row in shown
        ]
        say(table([tr("file"), tr("place"), tr("why rejected")], rows, width()))
        if len(rejects) > len(shown):
            say(
                tr(
                    "… {n} more; {option} writes them all",
                    n=len(rejects) - len(shown),
                    option="--rejects FILE",
                )
            )


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
        say(table([tr("by"), tr("comments"), tr("value")], rows, width()))


def ping_summary(pings: int) -> None:
    """How many notices were not scored, if any, and why."""
    from moderation.terminal import sentence, width

    if pings:
        what = trn(
            "{n} pingback or trackback is not scored: a notice of a link is not a comment",
            "{n} pingbacks and trackbacks are not scored: a notice of a link is not a comment",
            pings,
        )
        say(sentence(what, width()))


def flag_summary(counts: FlagCounts, shares: Mapping[str, Share]) -> None:
    """Flags per label, what cannot be told, what was not scored, and the languages."""
    rows = [(label, flags, counts.cannot_tell[label]) for label, flags in counts.flags.items()]
    label_summary(rows, shares)
    ping_summary(counts.pings)
    language_summary(counts.languages, list(counts.flags))


def label_summary(rows: list[tuple[str, int, int]], shares: Mapping[str, Share]) -> None:
    """A line per label, and where a dump is not of the kind that the model knows, what to do.

    rows: label, flags, and comments for which the model cannot tell.
    """
    from moderation.model.share import NOTE
    from moderation.terminal import sentence, table, width

    lines = [(*row, str(shares[row[0]]) if row[0] in shares else "–") for row in rows]
    say(table([tr("label"), tr("flags"), tr("cannot tell"), tr("share here")], lines, width()))
    for share in shares.values():
        if share.note:
            say(sentence(said_again(share.note, NOTE), width()))


def language_summary(counts: ByLanguage, labels: list[str]) -> None:
    """Comments and flags by language, unless all are English or unknown; the largest, a note."""
    from moderation.flags.by_language import strange_note, worth_saying
    from moderation.terminal import sentence, table, width

    if not worth_saying(counts):
        return
    rows = [
        (
            language or tr("unknown"),
            one["comments"],
            *(one["flags"].get(label, 0) for label in labels),
            one["cannot_tell"],
        )
        for language, one in counts.items()
    ]
    flags = [tr("{label} flags", label=name) if k == 0 else name for k, name in enumerate(labels)]
    head = [tr("language"), tr("comments"), *flags, tr("cannot tell")]
    say(table(head, rows[:LANGUAGES], width()))
    if len(rows) > LANGUAGES:
        more = trn(
            "… {n} more language; column {column} of the scored table",
            "… {n} more languages; column {column} of the scored table",
            len(rows) - LANGUAGES,
            column="`language`",
        )
        say(more)
    if note := strange_note(counts):
        say(sentence(note, width()))


def campaign_head() -> list[str]:
    """The head of a table of campaigns."""
    return [tr("campaign"), tr("members"), tr("threads"), tr("authors"), tr("text")]


def campaign_summary(campaigns: pd.DataFrame) -> None:
    """The largest campaigns, one line each."""
    from moderation.terminal import table, width

    if len(campaigns):
        shown = ["campaign", "members", "threads", "authors", "text"]
        rows = campaigns[shown].head(5).itertuples(index=False)
        say(table(campaign_head(), rows, width()))
        if len(campaigns) > 5:
            more = trn(
                "… {n} more campaign; column {column} of the scored table",
                "… {n} more campaigns; column {column} of the scored table",
                len(campaigns) - 5,
                column="`campaign`",
            )
            say(more)


def report_summary(target: Path, reported: Reported) -> None:
    """What a report was written of."""
    contents = trn(
        "{n} flagged comment of {all}",
        "{n} flagged comments of {all}",
        reported.flagged,
        all=reported.comments,
    )
    if reported.queued:
        contents += f", {trn('{n} more to review', '{n} more to review', reported.queued)}"
    if reported.shown < reported.flagged + reported.queued:
        contents += (
            f"; {trn('the surest one is in it', 'the {n} surest are in it', reported.shown)}"
        )
    tell(tr("wrote {file} ({contents})", file=target, contents=contents))
    if reported.characters is not None:
        cut = tr(
            "texts are cut after {n} characters, so that the file stays small",
            n=reported.characters,
        )
        say(cut)


def database_summary(target: Path, written: Written) -> None:
    """What a database holds, and how to look at it."""
    comments = trn("{n} comment", "{n} comments", written.comments)
    contents = f"{comments}, {trn('{n} flag', '{n} flags', written.flags)}"
    wrote = tr("wrote {file} ({contents})", file=target, contents=contents)
    tell(tr("{wrote} and {other}", wrote=wrote, other=written.metadata))
    say(tr("to look at it: {command}", command=f"datasette {target} -m {written.metadata}"))


def print_flagged(flagged: pa.Table, most: int | None) -> None:
    """The surest of the flagged comments, one line each, as a result; None = all."""
    from moderation.terminal import table, width

    shown = flagged.select(["id", "flags", "text"]).slice(0, most)
    rows = [row.values() for row in shown.to_pylist()]
    if rows:
        typer.echo(table([tr("id"), tr("flags"), tr("text")], rows, width()))
    if len(shown) < len(flagged):
        more = trn(
            "… {n} more flagged comment: {all} prints all, {output} or {report} keep it",
            "… {n} more flagged comments: {all} prints all, {output} or {report} keep them",
            len(flagged) - len(shown),
            all="--all",
            output="-o FILE",
            report="--report FILE",
        )
        tell(more)


def print_tree(dump: Dump) -> None:
    """The threads, drawn, as a result."""
    from moderation.terminal import tree, width

    threads = dump.threads
    titles = dict(zip(threads["thread_id"], threads["title"].fillna(""), strict=True))
    for drawn in tree(dump.comments, titles, width()):
        typer.echo(drawn)
