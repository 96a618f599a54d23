"""Maps each verb module to its related test files."""

from os.path import commonprefix
from pathlib import Path

# Floors that are not verbs, and modules without behaviour to break.
NO_VERBS = {"admin", "public", "management", "templatetags", "models", "migrations", "demo", "apps.py"}
# Whole machines, browsers and long random walks: they notice nearly everything, and take minutes for it.
SLOW = ("_browser", "_stateful", "_stress", "_remote", "_readers", "_walk", "_whole")
# Test files of a module beyond those that share its stem, or the stem of its folder.
ALSO: dict[str, tuple[str, ...]] = {
    "articles/ai_labels.py": ("ai_use", "picture_metadata"),
    "articles/attachments/ai_label.py": ("ai_use",),
    "articles/arrangement_facts.py": ("proposing", "confirming", "home_and_topics"),
    "articles/audit.py": ("logins", "audit_walk"),
    "articles/baking/affected_pages.py": ("names_and_archive", "home_and_topics", "keywords", "keyword_relations"),
    "articles/baking/checking.py": ("baking_whole",),
    "articles/baking/generations.py": ("baking_whole",),
    "articles/baking/jobs.py": ("atomicity",),
    "articles/baking/public_": ("public_files",),
    "articles/baking/whole.py": ("baking_whole",),
    "articles/change_sets/": ("admin_change_sets",),
    "articles/client_address.py": ("logins", "reporting"),
    "articles/checks/__init__.py": ("publishing", "embargo", "urgent"),
    "articles/checks/credits.py": ("publishing",),
    "articles/checks/files.py": ("attachment_texts",),
    "articles/checks/hits.py": ("attachment_texts", "link_checks", "outside_checking"),
    "articles/checks/links.py": ("link_checks",),
    "articles/checks/outside.py": ("outside_checking",),
    "articles/checks/personal_data.py": ("masking",),
    "articles/checks/provenance.py": ("publishing", "urgent", "reprint_rights"),
    "articles/checks/readings.py": ("publishing", "urgent"),
    "articles/checks/roster": ("roster_checks",),
    "articles/checks/seen.py": ("typed_text",),
    "articles/checks/similar.py": ("similar_texts",),
    "articles/checks/similar_characters.py": ("roster_checks",),
    "articles/checks/text.py": ("publishing", "embargo", "urgent"),
    "articles/comparing.py": ("history", "corrections_public"),
    "articles/csv_tables.py": ("check_rules_tables", "roster", "source_list"),
    "articles/editing.py": ("review_rules", "admin_article", "restoring"),
    "articles/desk_sessions/": ("presence",),
    "articles/exchange/": ("import_articles",),
    "articles/exchange/word": (
        "word_conversion",
        "word_exporting",
        "word_hostile",
        "word_importing",
        "word_reading",
        "word_titles",
        "word_unseen",
    ),
    "articles/file_responses.py": ("byte_ranges", "public_files", "baked_files"),
    "articles/issuing.py": ("publishing", "publishing_consequences", "urgent", "placing"),
    "articles/leaving.py": ("colleagues",),
    "articles/login_locks.py": ("logins",),
    "articles/logins.py": ("logins",),
    "articles/merkle_log/printed.py": ("checkpoints", "log_checking_stored"),
    "articles/merkle_log/remote_log.py": ("log_checking",),
    "articles/merkle_log/stored_checking.py": ("log_checking_stored",),
    "articles/merkle_log/stored_log.py": ("publication_log",),
    "articles/merkle_log/vouched.py": ("evidence_vouched", "log_witnesses"),
    "articles/old_paths/": ("reading", "machines", "public", "names_and_archive"),
    "articles/duty_assignments/": ("duty_permissions", "duty_reading", "review_rules"),
    "articles/pictures/": ("picture_metadata",),
    "articles/pictures/animation.py": ("picture_animations",),
    "articles/pictures/fetched.py": ("pasting",),
    "articles/publication_log.py": ("urgent", "publishing"),
    "articles/publishing.py": ("urgent", "embargo", "scheduling"),
    "articles/keyword_relations.py": ("keywords",),
    "articles/review/": ("urgent",),
    "articles/outside_json.py": ("log_checking", "outside_checking"),
    "articles/proposing.py": ("confirming",),
    "articles/saved_rows.py": ("sections", "sources", "persons", "site_settings"),
    "articles/second_factor/resetting.py": ("factor_resets",),
    "articles/scheduling.py": ("serve_and_work", "embargo"),
    "articles/worker.py": ("scheduling", "serve_and_work", "appearance", "home_and_topics", "baking"),
    "articles/qr_short_links/": ("qr_short_link_proofs", "qr_short_link_scans", "publishing"),
    "articles/reads.py": ("reading",),
    "articles/attachments/archive.py": ("attachment_archives",),
    "articles/attachments/film.py": ("films",),
    "articles/attachments/office.py": ("attachment_archives", "attachment_texts"),
    "articles/attachments/sound.py": ("film_sounds", "films"),
    "articles/attachments/texts.py": ("attachment_texts",),
    "articles/attachments/transcripts.py": ("film_sounds",),
}


def find_verbs(root: Path) -> list[str]:
    """Return every verb module, as a path such as articles/baking/affected_pages.py."""
    modules = (path.relative_to(root) for path in (root / "articles").rglob("*.py"))
    return sorted(str(path) for path in modules if path.parts[1] not in NO_VERBS and path.parts[1] != "__init__.py")


def _features(root: Path) -> set[str]:
    return {Path(module).with_suffix("").parts[1] for module in find_verbs(root)}


def related_tests(root: Path, module: str) -> tuple[str, ...]:
    """Return the module's test files, its own first: by shared stem, then by `ALSO`. Raises LookupError if there are
    none.
    """
    _app, feature, *inner = Path(module).with_suffix("").parts
    extra = [stem for key, stems in ALSO.items() if module.startswith(key) for stem in stems]
    longer = tuple(f"test_{other}" for other in _features(root) if other.startswith(f"{feature}_"))
    own = [path for path in sorted((root / "tests").glob(f"test_{feature}*.py")) if not path.stem.endswith(SLOW)]
    own = [path for path in own if not path.stem.startswith(longer)]
    stem = "_".join(["test", feature, *inner])
    own.sort(key=lambda path: -len(commonprefix([path.stem, stem])))
    found = [f"tests/{path.name}" for path in own] + [f"tests/test_{stem}.py" for stem in extra]
    missing = [name for name in found if not (root / name).is_file()]
    if missing or not found:
        raise LookupError(f"{module} has no tests of its own" if not found else f"no such file: {', '.join(missing)}")
    return tuple(dict.fromkeys(found))
