"""Which labels cleanlab takes for wrong: `{"labels": [...], "probabilities": [[...], ...]}` a line in, two lists of indices a
line out: as it comes, and with ties in the rounding of its counts decided as Graft does. numpy's argsort, which decides
them, is not stable and depends on the processor.
"""

import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.internal import util


class Ordered:
    """numpy for cleanlab's rounding, with an argsort that puts the later of equals first."""

    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def argsort(values):
        return np.lexsort((-np.arange(len(values)), values))


def issues(case):
    found = find_label_issues(
        np.array(case["labels"]),
        np.array(case["probabilities"]),
        filter_by="prune_by_noise_rate",
        n_jobs=1,
    )
    return np.flatnonzero(found).tolist()


for line in sys.stdin:
    case = json.loads(line)
    util.np = np
    plain = issues(case)
    util.np = Ordered()
    print(json.dumps([plain, issues(case)]), flush=True)
