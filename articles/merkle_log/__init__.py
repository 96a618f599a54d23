"""Merkle logs that strangers check: RFC 6962 hashing, C2SP tlog-tiles, tlog-checkpoint and signed-note formats.

    tree        hashing and proofs
    tiles       the files of a log, and a tree that is read from them
    notes       signed notes, checkpoints, keys
    printed     checkpoints on paper, as a QR code holds them
    keys        the file of the signing keys
    token_keys  signing keys in a token (PKCS#11)
    stored_log  the logs in the database: of what was published, and of the audit, whose leaves stay private
    stored_checking  the logs in the database against their content and kept checkpoints
    remote_log  a log as a stranger reads it
    time_stamps  stamps by an authority (RFC 3161)
    vouched     checkpoints that others have stamped or cosigned
    witnessing  cosigning the log of somebody else

What its leaves say is in `publication_log.py`, and which files are baked in `baking/log_files.py`.
"""

from .keys import LogKey, log_key_faults, new_log_key, read_log_keys, write_log_keys
from .notes import (
    COSIGNATURE,
    Checkpoint,
    SignerKey,
    VerifierKey,
    WrongNote,
    is_signed_by,
    make_signer,
    parse_checkpoint,
    parse_verifier,
)
from .printed import kept_text, printed_code, read_kept
from .remote_log import KeyRing, LogUnreadable, RemoteLog, parse_leaf, read_address
from .stored_checking import audit_faults_of_public_log, stored_log_faults
from .stored_log import AUDIT_LOG, LOGS, PUBLIC_LOG, StoredLog, new_audit_leaf, new_log_leaf
from .tiles import TILE_WIDTH, Tile, changed_tiles, outdated_tiles, parse_tile_path
from .time_stamps import WrongStamp, ask_for_stamp, check_stamp, is_stamp_of, stamped_at
from .tree import (
    WrongProof,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
)
from .vouched import Vouched, keep_checkpoint, newest_vouched, vouched_folder
from .witnessing import Witness, cosigned_at

__all__ = [
    "AUDIT_LOG",
    "COSIGNATURE",
    "LOGS",
    "PUBLIC_LOG",
    "TILE_WIDTH",
    "Checkpoint",
    "KeyRing",
    "LogKey",
    "LogUnreadable",
    "RemoteLog",
    "SignerKey",
    "StoredLog",
    "Tile",
    "VerifierKey",
    "Vouched",
    "Witness",
    "WrongNote",
    "WrongProof",
    "WrongStamp",
    "ask_for_stamp",
    "audit_faults_of_public_log",
    "changed_tiles",
    "check_consistency",
    "check_inclusion",
    "check_stamp",
    "consistency_proof",
    "cosigned_at",
    "inclusion_proof",
    "is_signed_by",
    "is_stamp_of",
    "keep_checkpoint",
    "kept_text",
    "leaf_hash",
    "log_key_faults",
    "make_signer",
    "new_audit_leaf",
    "new_log_key",
    "new_log_leaf",
    "newest_vouched",
    "outdated_tiles",
    "parse_checkpoint",
    "parse_leaf",
    "parse_tile_path",
    "parse_verifier",
    "printed_code",
    "read_address",
    "read_kept",
    "read_log_keys",
    "root_hash",
    "stamped_at",
    "stored_log_faults",
    "vouched_folder",
    "write_log_keys",
]
