"""`make files OF=恢复`: prints the rows of docs/features.md that are most like what is asked, with their files.

Needs nothing but Python and git, so that it can be asked before anything is installed.
"""

import sys
from itertools import groupby
from signal import SIG_DFL, SIGPIPE, signal

from tests.feature_files import Feature, Likeness, by_floor, files_with, floor_of, rank_features, tracked_files
from tests.feature_users import (
    MOST_NAMED,
    MOST_USERS,
    find_naming,
    find_settings,
    find_used,
    find_users,
    is_used_by_many,
)

# The likest rows with the word among their own phrases are printed with all their files, unless they are much less like
# what is asked than the first; the others in a line each.
ROWS_WITH_FILES, AS_LIKE = 3, 0.6
# A name in the code is written in few files; of words that many have, the rows are the better answer.
MOST_WRITTEN = 12
LEGEND = "noun: model · verb: act · door: screen, address, command · page: template · server: serving, settings, deploy"


def print_features(asked: str) -> None:
    found = rank_features(asked)
    most = next(iter(found.values()), Likeness()).together
    near = [row for row, likeness in found.items() if likeness.of_own and likeness.together >= AS_LIKE * most]
    whole = near[:ROWS_WITH_FILES] or list(found)[:1]
    for row in whole:
        print_row(row, found[row])
    for row in (row for row in found if row not in whole):
        print(f'also  {title(row, found[row])}: {len(files_of(row))} files, make files OF="{phrases(row)[0]}"')
    written = files_with(asked)
    if written and (not found or len(written) <= MOST_WRITTEN):
        print(f"{asked}, as it is written")
        print_files(written)
    print(LEGEND if found or written else f"Nothing has the word {asked!r}; try another one.")


def print_row(row: Feature, likeness: Likeness) -> None:
    files = files_of(row)
    print(title(row, likeness))
    print_files(files)
    if settings := find_settings(files):
        print(f"  settings: {', '.join(settings)}")
    printed = set(files)
    for heading, others in (
        ("used by", find_users(files)),
        ("uses, as few others do", find_used(files)),
        ("has its name in", find_naming(row.names)),
    ):
        new = [path for path in others if path not in printed]
        print_others(heading, new[:MOST_NAMED], more=len(new[MOST_NAMED:]))
        printed.update(new)
    if of_many := [path for path in files if is_used_by_many(path)]:
        print(f"  used by more than {MOST_USERS}: {', '.join(of_many)}")
    print()


def title(row: Feature, likeness: Likeness) -> str:
    """Return the first phrases of the row, and the words by which it was found unless they are among these."""
    first = phrases(row)[:3]
    reason = f"found by “{likeness.by}”" if likeness.by else "its chapter has the word"
    return ", ".join(first) + ("" if likeness.by in first else f" ({reason})")


def phrases(row: Feature) -> list[str]:
    return row.words.replace("`", "").split(", ")


def files_of(row: Feature) -> list[str]:
    return [path for path in tracked_files() if row.has(path)]


def print_files(files: list[str]) -> None:
    for path in by_floor(files):
        print(f"  {floor_of(path):7}{path}")


def print_others(heading: str, files: list[str], *, more: int) -> None:
    """Print files of other features, those of a floor in one line, and how many `more` there are."""
    if files:
        print(f"  {heading}{f' ({more} more are not printed)' if more else ''}")
    for floor, paths in groupby(by_floor(files), floor_of):
        print(f"    {floor:7}{', '.join(paths)}")


if __name__ == "__main__":
    signal(SIGPIPE, SIG_DFL)  # `make files OF=… | head`
    print_features(sys.argv[1])
