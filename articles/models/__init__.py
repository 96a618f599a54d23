"""The models, one file each. They import only one another and `articles/refusals.py`."""

from .account_password import AccountPassword
from .address_limit import AddressLimit
from .article import Article, ArticleIsGone
from .attachment import Attachment
from .attachment_text import AttachmentText
from .audit_entry import AuditEntry
from .bake_job import BakeJob
from .baked_page import BakedPage
from .baked_page_check import PageCheck
from .baked_store import KnownStore
from .change_set import ChangeSet, ChangeSetItem, ChangeSetReading
from .check_rule import CheckRule
from .check_set_aside import SetAside
from .check_trial import CheckTrial
from .check_up import CheckUp, CheckUpCount, CheckUpFinding
from .checked_file import CheckedFile
from .closed_text import ClosedText
from .credit import Credit
from .daily_reads import DailyReads
from .desk_session import DeskSession
from .duty_assignment import Assignment
from .home_and_topics import Block, Slot, Topic
from .kept_view import KeptView
from .keyword_relation import Keyword, Relation, Tagging
from .link_check import LinkHost, LinkRegister, LinkTarget, LinkUse
from .login_lock import LoginLock
from .marginal_note import MarginalNote
from .merkle_log import AuditLeaf, LogLeaf, LogNode
from .old_path import OldPath
from .outside_reading import OutsideReading
from .password_reset import PasswordReset
from .person import Person
from .picture import Picture
from .presence import Presence
from .preview_link import PreviewLink
from .proposed_change import ProposedChange
from .published_edition import Edition
from .qr_short_link import ShortLink
from .quality_count import QualityCount, QualityRegister
from .report import Report
from .reprint_original import ReprintOriginal
from .reprint_right import ReprintRight
from .review_sign_off import SignOff
from .revision import Revision, RevisionAttachment, RevisionPicture
from .roster import RosterEntry
from .search_text import SearchText, WorkingText
from .second_factor import Factor, FactorReset, RecoveryCode
from .section import Section
from .similar_text import TextPrint
from .site_settings import SiteSettings
from .source import Source
from .unsaved_text import UnsavedText
from .websub_notice import HubNotice
from .worker_heartbeat import Heartbeat

__all__ = [
    "AccountPassword",
    "AddressLimit",
    "Article",
    "ArticleIsGone",
    "Assignment",
    "Attachment",
    "AttachmentText",
    "AuditEntry",
    "AuditLeaf",
    "BakeJob",
    "BakedPage",
    "Block",
    "ChangeSet",
    "ChangeSetItem",
    "ChangeSetReading",
    "CheckRule",
    "CheckTrial",
    "CheckUp",
    "CheckUpCount",
    "CheckUpFinding",
    "CheckedFile",
    "ClosedText",
    "Credit",
    "DailyReads",
    "DeskSession",
    "Edition",
    "Factor",
    "FactorReset",
    "Heartbeat",
    "HubNotice",
    "KeptView",
    "Keyword",
    "KnownStore",
    "LinkHost",
    "LinkRegister",
    "LinkTarget",
    "LinkUse",
    "LogLeaf",
    "LogNode",
    "LoginLock",
    "MarginalNote",
    "OldPath",
    "OutsideReading",
    "PageCheck",
    "PasswordReset",
    "Person",
    "Picture",
    "Presence",
    "PreviewLink",
    "ProposedChange",
    "QualityCount",
    "QualityRegister",
    "RecoveryCode",
    "Relation",
    "Report",
    "ReprintOriginal",
    "ReprintRight",
    "Revision",
    "RevisionAttachment",
    "RevisionPicture",
    "RosterEntry",
    "SearchText",
    "Section",
    "SetAside",
    "ShortLink",
    "SignOff",
    "SiteSettings",
    "Slot",
    "Source",
    "Tagging",
    "TextPrint",
    "Topic",
    "UnsavedText",
    "WorkingText",
]
