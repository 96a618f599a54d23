"""`make files OF=恢复`: prints the rows of docs/features.md that are most like what is asked, with their files.

Needs nothing but Python and git, so that it can be asked before anything is installed.
"""

import sys

from tests.feature_files import Feature, Likeness, by_floor, files_with, floor_of, rank_features, tracked_files
from tests.feature_users import MOST_USERS, find_settings, find_used, find_users, is_used_by_many

# The likest rows with the word among their own phrases are printed with all their files, the others in a line each.
ROWS_WITH_FILES = 3
# A name in the code is written in few files; of words that many have, the rows are the better answer.
MOST_WRITTEN = 12
LEGEND = "noun: model · verb: act · door: screen, address, command · page: template · server: serving, settings, deploy"


def print_features(asked: str) -> None:
    found = rank_features(asked)
    whole = [row for row, likeness in found.items() if likeness.of_own][:ROWS_WITH_FILES] or list(found)[:1]
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
    users = find_users(files)
    used = [path for path in find_used(files) if path not in users]
    for heading, others in (("used by", users), ("uses, as few others do", used)):
        if others:
            print(f"  {heading}")
            print_files(others, indent=4)
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


def print_files(files: list[str], indent: int = 2) -> None:
    for path in by_floor(files):
        print(f"{'':{indent}}{floor_of(path):7}{path}")


if __name__ == "__main__":
    print_features(sys.argv[1])
