"""Which labels cleanlab takes for wrong: `{"labels": [...], "probabilities": [[...], ...]}` a line in, indices a line out."""

import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues

for line in sys.stdin:
    case = json.loads(line)
    issues = find_label_issues(
        np.array(case["labels"]),
        np.array(case["probabilities"]),
        filter_by="prune_by_noise_rate",
        n_jobs=1,
    )
    print(json.dumps(np.flatnonzero(issues).tolist()), flush=True)
