from __future__ import annotations

from click.testing import CliRunner

from cabin.cli.bench import BENCHES, bench


def test_every_bench_has_help():
    for name in BENCHES:
        shown = CliRunner().invoke(bench, [name, "--help"])
        assert shown.exit_code == 0, shown.output
        assert "Example" in shown.output


def test_the_group_names_its_benches():
    shown = CliRunner().invoke(bench, ["--help"])
    assert all(name in shown.output for name in BENCHES)
    assert CliRunner().invoke(bench, ["nothing"]).exit_code == 2
