"""The names that workers are reached by: queues and tasks. Nothing else spells them out.

A task is sent by calling ``delay`` on the task itself, which its own feature imports; the names here are for the
declaration of tasks and for their routes. They stay as they are: messages under these names may be on their way while
Viva is updated.
"""

from __future__ import annotations

#: Work that somebody waits for: verification, and what is written down of an answer while it is given.
QUICK = "quick"
#: Work that takes as long as an answer does: faces and voices.
ANALYSIS = "analysis"
#: Words: speech is written down, and what was said or typed is read. It has workers of its own, so that a transcript,
#: which people read and search, never stands behind long analyses, and those of ANALYSIS load no recogniser.
TRANSCRIPTS = "transcripts"
#: Short work by the clock or after an analysis: the sweep, reports, live rooms.
UPKEEP = "upkeep"
#: Mail and webhooks: work that waits for other people's servers.
OUTBOX = "outbox"
#: Each has workers of its own (launcher/serving.py starts them).
QUEUES = (QUICK, ANALYSIS, TRANSCRIPTS, UPKEEP, OUTBOX)

#: Seconds that the longest task may take: what a recording may take to be verified on a busy machine.
LONGEST_TASK = 12 * 3600

NOTE_LIFE = "liveness.note"
SWEEP = "core.sweep"
VERIFY_RECORDING = "recordings.verify"
RUN_ANALYSIS = "analysis.run"
READ_WORDS = "analysis.read_words"
BUILD_REPORT = "reports.build"
SETTLE_LIVE = "live.settle"
ANSWER_DEMO = "demo.answer"
DELIVER_MESSAGES = "messages.deliver"
REMIND = "messages.remind"
LISTEN = "follow_ups.listen"
PREPARE_CLIP = "clips.prepare"
INVITE_LIST = "interviews.invite_list"
PREPARE_PREVIEW = "interviews.prepare_preview"

#: Tasks that do not go to QUICK, which is the default.
ROUTES = {
    RUN_ANALYSIS: {"queue": ANALYSIS},
    READ_WORDS: {"queue": TRANSCRIPTS},
    SWEEP: {"queue": UPKEEP},
    BUILD_REPORT: {"queue": UPKEEP},
    SETTLE_LIVE: {"queue": UPKEEP},
    REMIND: {"queue": UPKEEP},
    INVITE_LIST: {"queue": UPKEEP},
    PREPARE_PREVIEW: {"queue": UPKEEP},
    DELIVER_MESSAGES: {"queue": OUTBOX},
}
