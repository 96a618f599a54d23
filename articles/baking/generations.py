"""Generations: which copy of the baked site is served, and which one is being baked to replace it."""

import os
import secrets
import shutil
from pathlib import Path
from typing import cast

from django.core.files.storage import storages
from django.utils import timezone

from .store import PART_SUFFIX, BakedStore, LocalFiles, file_name, sync_folder

GENERATIONS_FOLDER = "g"  # inside the root; one folder for each generation


class SwappableFolders:
    """Complete copies of the baked site, one folder each, under one root.

    The symbolic links `current` and `next` lead to the one that is served and the one that is being filled; renaming
    `next` over `current` swaps the whole site in one step.
    """

    def __init__(self, root: LocalFiles) -> None:
        self.root = Path(root.location)

    def served(self) -> BakedStore:
        """Return the folder that readers are served from; create it if there is none."""
        while True:
            folder = self._linked_folder("current")
            if folder:
                return folder
            try:
                os.symlink(self._create_folder(), self.root / "current")
            except FileExistsError:  # another process made it a moment ago
                continue

    def next_store(self) -> BakedStore | None:
        """Return the folder that is being filled, or None."""
        return self._linked_folder("next")

    def start_next(self) -> BakedStore:
        """Create an empty folder for the next site and return it; an unfinished one is removed."""
        self.served()
        temporary_link = self.root / f"next{PART_SUFFIX}"
        temporary_link.unlink(missing_ok=True)
        target = self._create_folder()
        os.symlink(target, temporary_link)
        os.replace(temporary_link, self.root / "next")
        self.remove_unused()
        return self._folder(target)

    def swap_in_next(self) -> None:
        """Replace the served site by the next one, whose files are on the disk then, whatever happens."""
        os.sync()
        os.replace(self.root / "next", self.root / "current")
        sync_folder(self.root)
        self.remove_unused()

    def serve_nothing(self) -> None:
        """Replace the served site by an empty folder: Django answers every page until it is baked."""
        self.start_next()
        self.swap_in_next()

    def remove_unused(self) -> None:
        """Remove the folders that are neither served nor being filled."""
        kept = {files.generation for files in (self.served(), self.next_store()) if files}
        for folder in (self.root / GENERATIONS_FOLDER).iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _linked_folder(self, link: str) -> LocalFiles | None:
        try:
            return self._folder(os.readlink(self.root / link))
        except FileNotFoundError:
            return None

    def _folder(self, target: str) -> LocalFiles:
        generation = target.removeprefix(f"{GENERATIONS_FOLDER}/")
        return LocalFiles(self.root / target, generation=generation, served=self.root / "current")

    def _create_folder(self) -> str:
        folder = self.root / GENERATIONS_FOLDER / f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        return f"{GENERATIONS_FOLDER}/{folder.name}"


class InPlaceStore:
    """An object store: it cannot swap folders, so pages are replaced one by one.

    Each page is replaced atomically; while the whole site is baked, readers may get both old and new pages
    (docs/decisions/baking.md).
    """

    def __init__(self, files: BakedStore) -> None:
        self.files = files

    def served(self) -> BakedStore:
        return self.files

    def next_store(self) -> BakedStore | None:
        return None

    def start_next(self) -> BakedStore:
        return self.files

    def swap_in_next(self) -> None:
        pass

    def serve_nothing(self) -> None:
        """Do nothing: its objects are those of the database's manifest, and a bake of the whole site removes others."""

    def remove_unused(self) -> None:
        pass


def baked_generations() -> SwappableFolders | InPlaceStore:
    """Return the generations of the store that STORAGES["baked"] names."""
    root = storages["baked"]
    return SwappableFolders(root) if isinstance(root, LocalFiles) else InPlaceStore(cast(BakedStore, root))


def served_page(path: str) -> bytes | None:
    """Return the page that is served at this address; None if there is none, or if the store fails."""
    try:
        return baked_generations().served().read(file_name(path))
    except OSError:
        return None
