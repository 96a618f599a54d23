"""Which folder is served, and which one is being filled to replace it."""

import os
import secrets
import shutil
from pathlib import Path
from typing import cast

from django.core.files.storage import storages
from django.utils import timezone

from .store import PART_SUFFIX, BakedStore, LocalFiles


class FolderGenerations:
    """The folders of whole sites under one root. The symbolic links `current` and `next` lead to the one that is served
    and the one that is being filled; renaming `next` over `current` swaps the whole site in one step.
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

    def filling(self) -> BakedStore | None:
        """Return the folder of the next site, or None."""
        return self._linked_folder("next")

    def begin(self) -> BakedStore:
        """Create an empty folder for the next site and return it; an unfinished one is removed."""
        self.served()
        fresh = self.root / f"next{PART_SUFFIX}"
        fresh.unlink(missing_ok=True)
        target = self._create_folder()
        os.symlink(target, fresh)
        os.replace(fresh, self.root / "next")
        self.remove_unused()
        return self._folder(target)

    def put_in_place(self) -> None:
        """Replace the served site by the next one."""
        os.replace(self.root / "next", self.root / "current")
        self.remove_unused()

    def remove_unused(self) -> None:
        """Remove the folders that are neither served nor being filled."""
        kept = {files.generation for files in (self.served(), self.filling()) if files}
        for folder in (self.root / "g").iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _linked_folder(self, link: str) -> LocalFiles | None:
        try:
            return self._folder(os.readlink(self.root / link))
        except FileNotFoundError:
            return None

    def _folder(self, target: str) -> LocalFiles:
        return LocalFiles(self.root / target, generation=target.removeprefix("g/"), served=self.root / "current")

    def _create_folder(self) -> str:
        folder = self.root / "g" / f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        return f"g/{folder.name}"


class SingleFolder:
    """A store without folders to swap (an object store): one site, rewritten page by page.

    Each page is replaced atomically; while the whole site is baked, readers may get old pages beside new ones
    (docs/decisions/baking.md).
    """

    def __init__(self, files: BakedStore) -> None:
        self.files = files

    def served(self) -> BakedStore:
        return self.files

    def filling(self) -> BakedStore | None:
        return None

    def begin(self) -> BakedStore:
        return self.files

    def put_in_place(self) -> None:
        pass

    def remove_unused(self) -> None:
        pass


def baked_generations() -> FolderGenerations | SingleFolder:
    """Return the generations of the store that STORAGES["baked"] names."""
    root = storages["baked"]
    return FolderGenerations(root) if isinstance(root, LocalFiles) else SingleFolder(cast(BakedStore, root))
