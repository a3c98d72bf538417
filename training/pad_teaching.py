"""How a head is taught from the material, and how it joins with the baseline."""

import numpy as np

from training.pad_fit import Column, Flags, LinearHead, balance, fit_head, stack
from training.pad_loso import Unseen, leave_out
from training.pad_material import Material
from training.pad_photographs import SOURCE

PHOTOGRAPH_SHARE = 0.1
"""What photographs and the screens made of them count, where a source counts one."""
PROBE_RIDGE = 500.0  # C = 0.002, as the probe was published.
JOIN_RIDGE = 1.0


def head_of(material: Material, seen: Flags, share: float = PHOTOGRAPH_SHARE) -> LinearHead:
    """Teach a head from the rows that may be seen, (N,) bool, and from the photographs.

    share: what photographs count, where a source counts one.
    """
    labelled = material.labelled
    views, photographs = len(material.teaching), (*material.live, *material.screens)
    features = stack([*(table[seen] for table in material.teaching), *photographs])
    made = sum(len(table) for table in photographs)
    of_live = sum(len(table) for table in material.live)
    is_live = np.concatenate([np.tile(labelled.is_live[seen], views), np.arange(made) < of_live])
    sources = np.concatenate([np.tile(labelled.sources[seen], views), np.full(made, SOURCE)])
    return fit_head(features, is_live, balance(is_live, sources, {SOURCE: share}))


def probe_unseen(material: Material) -> Column:
    """Return the linear probe's log-odds of each source, taught on the others."""
    labelled = material.labelled

    def fit(rows: Flags) -> LinearHead:
        weights = balance(labelled.is_live[rows], labelled.sources[rows])
        return fit_head(material.probe[rows], labelled.is_live[rows], weights, PROBE_RIDGE)

    heads = leave_out(labelled, fit, pairs=False)
    return heads.score(labelled, material.probe).single


def joined_unseen(material: Material, unseen: Unseen) -> Column:
    """Return log-odds of model and baseline together.

    How they are weighed against each other for a source was learned from the other sources, each
    scored by models that had seen neither.
    """
    labelled = material.labelled
    logits = np.empty(len(labelled.is_live))
    for source in labelled.names:
        own = labelled.of(source)
        others = np.empty(len(labelled.is_live))
        for name in labelled.names:
            if name != source:
                others[labelled.of(name)] = unseen.paired[name, source]
        pair = np.column_stack([others, material.baseline])[~own]
        weights = balance(labelled.is_live[~own], labelled.sources[~own])
        head = fit_head(pair, labelled.is_live[~own], weights, JOIN_RIDGE)
        logits[own] = head.logits(np.column_stack([unseen.single, material.baseline])[own])
    return logits
