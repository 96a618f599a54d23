"""The evidence pack of an article: what was public, who signed it and what was done, in one verifiable ZIP file.

    manifest.json          SHA-256 of every other file; the head of the audit chain when the pack was exported
    editions/<n>.json      each edition, with the whole content of its revision
    revisions/<n>.json     each revision that has a review decision
    sign_offs.json         every review decision, in order
    audit.json             every audit entry about the article
    log/…                  signed checkpoints of the public log and of the audit’s log, and proofs for the above
    log/vouched, log/stamps/…  an earlier checkpoint that others have cosigned, and time stamps of it
    files/…                the pictures and attachments in its editions
    files/originals/…      what a reprint was made from, byte for byte as it was fetched or pasted
    sheet.html, sheet.pdf  the review sheet

`check_pack` verifies a pack without the database; `edition_faults` verifies every edition in the database.
"""

from .checking import CheckedPack, NotEvidence, check_pack
from .exporting import export_pack, may_export_evidence
from .served_texts import withdrawn_pages_served
from .stored_editions import edition_faults

__all__ = [
    "CheckedPack",
    "NotEvidence",
    "check_pack",
    "edition_faults",
    "export_pack",
    "may_export_evidence",
    "withdrawn_pages_served",
]
