from bench.batching import bench_batching


def test_merging_pays_where_a_run_has_a_fixed_cost() -> None:
    report = bench_batching(callers=16, max_size=8, run_ms=10, span_s=0.4, rounds=1)
    ratio, mean_batch = report["ratio"], report["mean_batch"]
    assert isinstance(ratio, float)
    assert isinstance(mean_batch, float)
    # Eight rows for the price of one; half of that leaves room for a busy machine.
    assert ratio > 4
    assert mean_batch > 4
