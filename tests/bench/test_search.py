from bench.search import bench_search
from cli.output import note


def test_search_finds_what_brute_force_finds() -> None:
    report = bench_search(20_000, 20, note, cores=1)
    assert report["recall_mated"] == 1
    recall, index_bytes = report["recall"], report["index_bytes"]
    assert isinstance(recall, float)
    assert recall >= 0.95
    assert isinstance(index_bytes, int)
    # Half precision: two bytes a value, and what the id map needs.
    assert index_bytes < 20_000 * 512 * 4
    assert report["queries"] == 40
