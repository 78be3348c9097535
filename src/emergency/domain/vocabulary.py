"""The closed lists of words that events, rules and verdicts share."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The four categories of sudden events (突发事件), Emergency Response Law art. 3."""

    NATURAL_DISASTER = "natural-disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public-health"
    SOCIAL_SECURITY = "social-security"


class Level(StrEnum):
    """Severity (级别): I 特别重大, II 重大, III 较大, IV 一般."""

    I = "I"  # noqa: E741 - the level's own name
    II = "II"
    III = "III"
    IV = "IV"


LEVELS_RISING = (Level.IV, Level.III, Level.II, Level.I)
"""The levels from the lightest to the gravest."""


class Tier(StrEnum):
    """Where an office stands in the chain (层级)."""

    UNIT = "unit"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    MINISTRY = "ministry"
    STATE = "state"


TIERS_RISING = tuple(Tier)
"""The tiers from the bottom of the chain to its top; a ministry stands below the State Council."""


class Line(StrEnum):
    """Which line an office belongs to: 党 party, 块 government, 条 department, or an enterprise."""

    PARTY = "party"
    GOVERNMENT = "government"
    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"


class Post(StrEnum):
    """A post of an office's information work: 第一汇报人, 第一核实人, 第一责任人."""

    FIRST_REPORTER = "first-reporter"
    FIRST_VERIFIER = "first-verifier"
    FIRST_RESPONSIBLE = "first-responsible"


POST_NAMES = {
    Post.FIRST_REPORTER: "第一汇报人",
    Post.FIRST_VERIFIER: "第一核实人",
    Post.FIRST_RESPONSIBLE: "第一责任人",
}
"""What the posts are called."""


class ReportingClass(StrEnum):
    """How far an office is bound to send in information: 必报 must, 选报 may, 直报 may pass over a level."""

    MUST_REPORT = "must-report"
    ELECTIVE = "elective"
    DIRECT = "direct"


REPORTING_NAMES = {
    ReportingClass.MUST_REPORT: "必报",
    ReportingClass.ELECTIVE: "选报",
    ReportingClass.DIRECT: "直报",
}
"""What the classes are called."""


class Channel(StrEnum):
    """How something was told."""

    PHONE = "phone"
    WRITTEN = "written"
    NETWORK = "network"
    IN_PERSON = "in-person"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How sure a stated time is: as the source states it, about it, or assumed by whoever wrote the record."""

    STATED = "stated"
    ABOUT = "about"
    ASSUMED = "assumed"


class Origin(StrEnum):
    """Who gave a clue (线索): the receiving or affected office's own people, an outsider, or unknown."""

    OWN = "own"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What a verification (核实) came to."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    CANNOT_BE_VERIFIED = "cannot-be-verified"


class Fault(StrEnum):
    """The four kinds of breach: 迟报 late, 漏报 missed, 谎报 falsified, 瞒报 concealed."""

    LATE = "late"
    MISSED = "missed"
    FALSIFIED = "falsified"
    CONCEALED = "concealed"


class State(StrEnum):
    """Where an obligation stands."""

    MET = "met"
    LATE = "late"
    POSSIBLY_LATE = "possibly-late"
    OPEN = "open"
    OVERDUE = "overdue"
    UNDETERMINED = "undetermined"
    EXCUSED = "excused"


class Status(StrEnum):
    """How far the engine itself goes with a finding."""

    ESTABLISHED = "established"
    PRESUMED = "presumed"
    POSSIBLE = "possible"
    SUSPECTED = "suspected"
    NONE = "none"


class Norm(StrEnum):
    """The four unified norms (四个统一规范): 内容 content, 程序 procedure, 时间 time, 口径 wording."""

    CONTENT = "content"
    PROCEDURE = "procedure"
    TIME = "time"
    WORDING = "wording"


class Result(StrEnum):
    """What a check of a norm came to (检查结果)."""

    PASS = "pass"  # noqa: S105 - a result
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Secrecy(StrEnum):
    """How secret an incident is (密级): 绝密 top-secret, 机密 secret, 秘密 confidential, 内部 internal."""

    TOP_SECRET = "top-secret"  # noqa: S105 - a marking
    SECRET = "secret"  # noqa: S105 - a marking
    CONFIDENTIAL = "confidential"
    INTERNAL = "internal"


class Urgency(StrEnum):
    """How urgent an incident is (紧急程度): 特提 flash, 特急 immediate, 加急 urgent, 平急 routine."""

    FLASH = "flash"
    IMMEDIATE = "immediate"
    URGENT = "urgent"
    ROUTINE = "routine"


class SignOff(StrEnum):
    """A step of the sign-off chain of a draft: 初审 first-check, 复核 recheck, 审核 review, 签发 sign."""

    FIRST_CHECK = "first-check"
    RECHECK = "recheck"
    REVIEW = "review"
    SIGN = "sign"


class Use(StrEnum):
    """What became of a report where it was received (采用).

    专报 special-report, 送阅 for-leaders, 约稿 on-request, 综合 compiled, 备查 on-file.
    """

    SPECIAL_REPORT = "special-report"
    FOR_LEADERS = "for-leaders"
    ON_REQUEST = "on-request"
    COMPILED = "compiled"
    ON_FILE = "on-file"


PUBLIC = "public"
"""The reserved name for whoever is no office: the press, callers, the public at large."""
