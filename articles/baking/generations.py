"""Which folder is served, and which is being filled to take its place."""

import os
import secrets
import shutil
from pathlib import Path
from typing import cast

from django.core.files.storage import storages
from django.utils import timezone

from .store import PART, BakedStore, LocalFiles


class FolderGenerations:
    """The folders of whole sites under one root: `current` is served, `next` is being filled; each is a link to one.

    Renaming `next` over `current` puts a whole site in place in one step.
    """

    def __init__(self, root: LocalFiles) -> None:
        self.root = Path(root.location)

    def served(self) -> BakedStore:
        """The folder that readers are served from; made where there is none yet."""
        while True:
            folder = self._at("current")
            if folder:
                return folder
            try:
                os.symlink(self._new(), self.root / "current")
            except FileExistsError:  # another process made it a moment ago
                continue

    def filling(self) -> BakedStore | None:
        """The folder of the next site, while there is one."""
        return self._at("next")

    def begin(self) -> BakedStore:
        """An empty folder for the next site, in place of one that was left unfinished."""
        self.served()
        fresh = self.root / f"next{PART}"
        fresh.unlink(missing_ok=True)
        target = self._new()
        os.symlink(target, fresh)
        os.replace(fresh, self.root / "next")
        self.tidy()
        return self._folder(target)

    def put_in_place(self) -> None:
        """Serve the next site from now on."""
        os.replace(self.root / "next", self.root / "current")
        self.tidy()

    def tidy(self) -> None:
        """Remove the folders that are neither served nor being filled."""
        kept = {files.generation for files in (self.served(), self.filling()) if files}
        for folder in (self.root / "g").iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _at(self, link: str) -> LocalFiles | None:
        try:
            return self._folder(os.readlink(self.root / link))
        except FileNotFoundError:
            return None

    def _folder(self, target: str) -> LocalFiles:
        return LocalFiles(self.root / target, generation=target.removeprefix("g/"), served=self.root / "current")

    def _new(self) -> str:
        folder = self.root / "g" / f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        return f"g/{folder.name}"


class SingleFolder:
    """A store without folders to swap (an object store): one site, rewritten page by page. Each page is replaced in one
    step; while the whole site is baked anew, readers may meet old pages beside new ones (docs/decisions/baking.md).
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

    def tidy(self) -> None:
        pass


def baked_generations() -> FolderGenerations | SingleFolder:
    """Those of the store that STORAGES["baked"] names."""
    root = storages["baked"]
    return FolderGenerations(root) if isinstance(root, LocalFiles) else SingleFolder(cast(BakedStore, root))
