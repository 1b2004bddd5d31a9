"""Every table, in a module for each room that owns some.

Keys are integers; the numbers that people use are unique columns beside them. Money is an integer of minor units, dates
are dates, instants are UTC. Names of constraints are fixed, so that both databases can change them.
"""

from policyserve.tables.absences import Absence, PressingService
from policyserve.tables.access import (
    AuditEntry,
    CalendarFeed,
    DayVisit,
    RecoveryCode,
    SecondFactor,
    SentForm,
    SignedIn,
    SignInAttempt,
    Token,
    User,
)
from policyserve.tables.calls import CallAnswer, PhoneCall
from policyserve.tables.complaints import Complaint, ComplaintStep
from policyserve.tables.handovers import Handover, HandoverAgent, HandoverLine
from policyserve.tables.imports import ImportJob, ImportRun
from policyserve.tables.jobs import JobRun
from policyserve.tables.letters import Letter, LetterBatch
from policyserve.tables.messages import Content, EarlyReceipt, GenerationRun, Message, MessagePart, Pace, Refusal, Reply
from policyserve.tables.model import NAMING, Model, metadata, table
from policyserve.tables.notices import AgentChannel, Notice
from policyserve.tables.people import Agent, Branch, Customer, FormerPlace, Referral, ReferralStage, Team
from policyserve.tables.points import PointEntry
from policyserve.tables.policies import Debit, Event, Policy, Premium
from policyserve.tables.priorities import TargetWeights
from policyserve.tables.spot_checks import SpotCheck, SpotCheckResult, SpotCheckStratum, SpotCheckTask
from policyserve.tables.standards import StandardVersion
from policyserve.tables.tasks import Change, Contact, ReleaseRun, SumOwed, Task, Transition

__all__ = [
    "NAMING",
    "Absence",
    "Agent",
    "AgentChannel",
    "AuditEntry",
    "Branch",
    "CalendarFeed",
    "CallAnswer",
    "Change",
    "Complaint",
    "ComplaintStep",
    "Contact",
    "Content",
    "Customer",
    "DayVisit",
    "Debit",
    "EarlyReceipt",
    "Event",
    "FormerPlace",
    "GenerationRun",
    "Handover",
    "HandoverAgent",
    "HandoverLine",
    "ImportJob",
    "ImportRun",
    "JobRun",
    "Letter",
    "LetterBatch",
    "Message",
    "MessagePart",
    "Model",
    "Notice",
    "Pace",
    "PhoneCall",
    "PointEntry",
    "Policy",
    "Premium",
    "PressingService",
    "RecoveryCode",
    "Referral",
    "ReferralStage",
    "Refusal",
    "ReleaseRun",
    "Reply",
    "SecondFactor",
    "SentForm",
    "SignInAttempt",
    "SignedIn",
    "SpotCheck",
    "SpotCheckResult",
    "SpotCheckStratum",
    "SpotCheckTask",
    "StandardVersion",
    "SumOwed",
    "TargetWeights",
    "Task",
    "Team",
    "Token",
    "Transition",
    "User",
    "metadata",
    "table",
]
