"""The names that workers are reached by: queues and tasks. Nothing else spells them out.

A task is sent by calling ``delay`` on the task itself, which its own feature imports; the names here are for the
declaration of tasks and for their routes. They stay as they are: messages under these names may be on their way while
Viva is updated.
"""

from __future__ import annotations

#: Short work that somebody waits for: verification, reports, housekeeping.
QUICK = "quick"
#: Work that takes as long as an answer does.
ANALYSIS = "analysis"
QUEUES = (QUICK, ANALYSIS)

SWEEP = "core.sweep"
VERIFY_RECORDING = "recordings.verify"
RUN_ANALYSIS = "analysis.run"
BUILD_REPORT = "reports.build"
SETTLE_LIVE = "live.settle"
ANSWER_DEMO = "demo.answer"

#: Tasks that do not go to QUICK, which is the default.
ROUTES = {RUN_ANALYSIS: {"queue": ANALYSIS}}
