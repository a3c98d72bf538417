"""What the figures of a verification report cannot carry."""

from evaluation.verification import VerificationResult


def limits_of(result: VerificationResult) -> tuple[str, ...]:
    """Return the sentences that belong beside every figure of the report."""
    table = result.all_pairs.table
    own = int((~result.protocol.is_genuine).sum())
    return (
        "The impostor pairs are mixed in sex, age and origin. Two people who are alike in all "
        "three match more often: the like-with-like false match rate is higher than the one "
        "stated, and so is the rate against an attacker who picks a look-alike.",
        f"{table.impostor_pairs:,} impostor pairs support false match rates down to "
        f"{table.min_fmr:.1g} (30 errors). Below that nothing was measured, and lower rates are "
        "refused rather than extrapolated.",
        f"The protocol's own {own:,} impostor pairs allow {own // 1000} errors at an FMR of 1e-3 "
        f"and {own // 10_000} at 1e-4: its true accept rates there rest on a few hard pairs. The "
        "thresholds come from all pairs.",
        "The pairs share people and pictures, so they carry less information than as many "
        "independent pairs; the intervals allow for that, a plain count would not.",
        "LFW, if that is the data, shows public figures in press photographs: mostly adult, "
        "well lit and facing the camera. A bank's branch cameras and telephones differ. Measure "
        "again on pictures of the place of use before relying on a rate there.",
        "Known wrong labels in the data are not removed, so a few errors are the data's.",
        "What the embedding model was trained on is not disclosed and may contain people or "
        "pictures of this data; results on unseen people may be worse.",
        "No error rates by sex, age or skin tone are given: the data has no such labels.",
    )
