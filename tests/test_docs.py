"""What the documentation says is true: its commands run, its links lead somewhere, its tables are whole.

A block of a page is tested when a comment before it says how; the blocks of a page are taken in order, in one folder:

    <!-- test: file NAME -->   the block is the file NAME
    <!-- test: run -->         each line is a command that must succeed
    <!-- test: output -->      each line stands in what the run before it printed
    <!-- test: files -->       each line is a file that is there

In every other block, each line that begins with `cabin` or `make` must name a command, options and targets that exist.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click
import pytest

from cabin.cli.main import cli
from cabin.dialog.reply import REFUSALS
from cabin.messages import Refusal, Status
from cabin.modelstore import load_models

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/**/*.md")]
)
BLOCK = re.compile(
    r"(?:<!-- test: (?P<how>[^>]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
INDENTED = re.compile(r"(?:^ {4}(?:cabin|make) .*\n)+", re.MULTILINE)
INLINE = re.compile(r"`((?:cabin|make) [^`]+)`")
INTENT_MODEL = ROOT / "models" / "intent" / "model.json"
LONGEST_PAGE = 200
OF_AN_EXAMPLE = "roof-box"
"""A command that the plugin of examples/cabin-roofbox brings."""
MADE = ("commands.md", "config.md", "control-socket.md", "hooks.md", "intents.md", "policy-table.md")
"""Pages made by scripts/generate_docs.py."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    how: str
    text: str

    @property
    def lines(self) -> list[str]:
        return [line.partition("  #")[0].strip() for line in self.text.splitlines() if line.partition("#")[0].strip()]


def blocks(page: Path) -> list[Block]:
    return [Block(match["how"] or "", match["text"]) for match in BLOCK.finditer(page.read_text(encoding="utf-8"))]


class Shell:
    """Runs the lines of a page as its reader would, in a folder and with installed packages of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / ".site"
        self.printed = ""

    def run(self, line: str) -> None:
        words = shlex.split(line)
        program, *rest = words
        if program == "cabin":
            command = [sys.executable, "-m", "cabin.cli.main", *rest]
        elif program == "pip":
            assert rest[0] == "install"
            offline = [
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                "--no-index",
                "--upgrade",
                f"--target={self.site}",
            ]
            command = [sys.executable, "-m", "pip", "install", *offline, *(each for each in rest[1:] if each[0] != "-")]
        elif program == "pytest":
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *rest]
        elif program == "python":
            command = [sys.executable, *rest]
        else:
            raise AssertionError(f"no such program in a tested block: {line}")
        path = os.pathsep.join([str(self.site), str(ROOT), str(ROOT / "plugins")])
        environ = {"PYTHONPATH": path, "CABIN_GUARD_CALL_BUDGET_MS": "60000", "CABIN_GUARD_LOAD_BUDGET_MS": "60000"}
        environ["CABIN_VEHICLE_TIMES_COMMAND_DEADLINE_MS"] = "60000"
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        self.printed += done.stdout


def follow(page: Path, folder: Path) -> None:
    """Do what a page says."""
    shell = Shell(folder)
    for block in blocks(page):
        how, _, argument = block.how.partition(" ")
        if how == "file":
            file = folder / argument
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif how == "run":
            shell.printed = ""
            for line in block.lines:
                shell.run(line)
        elif how == "output":
            for line in block.text.splitlines():
                assert line in shell.printed, f"{name(page)}: {line!r} is not in\n{shell.printed}"
        elif how == "files":
            assert [line for line in block.lines if not (folder / line).is_file()] == []


def test_the_readme_does_what_it_says(tmp_path: Path) -> None:
    follow(ROOT / "README.md", tmp_path)


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    if not INTENT_MODEL.is_file():
        pytest.skip("models/intent is not here: make model")
    follow(ROOT / "docs" / "tutorial.md", tmp_path)


def test_a_monitor_is_made_in_an_afternoon(tmp_path: Path) -> None:
    follow(ROOT / "docs" / "driver-monitoring.md", tmp_path)


def test_a_scenario_is_written(tmp_path: Path) -> None:
    follow(ROOT / "docs" / "how-to" / "write-a-scenario.md", tmp_path)


def test_every_way_to_test_a_block_is_known() -> None:
    known = {"file", "run", "output", "files", ""}
    unknown = [
        (name(page), block.how) for page in PAGES for block in blocks(page) if block.how.split(" ")[0] not in known
    ]
    assert unknown == []


def written_commands(page: Path) -> list[str]:
    """The lines of a page that begin with cabin or make, wherever they stand."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in blocks(page) for line in block.text.splitlines()]
    lines += [line for match in INDENTED.finditer(text) for line in match[0].splitlines()]
    lines += INLINE.findall(BLOCK.sub("", text))
    lines = [re.sub(r"\s+#.*", "", re.sub(r"^(?:[A-Z_]+=\S* )+", "", line.strip())) for line in lines]
    return [line for line in lines if re.match(r"(cabin|make) [a-z-]", line)]


def complaint(line: str) -> str:
    """What is wrong with a command as it is written, or nothing."""
    words = [word for word in shlex.split(line.partition(" | ")[0].partition(" && ")[0]) if word != "..."]
    if words[0] == "make":
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        return "" if {word for word in words[1:] if "=" not in word} <= targets else "no such target"
    command: click.Command = cli
    words = words[1:]
    context = click.Context(cli)
    while words and words[0] in ("--config", "-v", "--verbose"):
        words = words[2:] if words[0] == "--config" else words[1:]
    while words and isinstance(command, click.Group):
        if words[0].startswith("-"):
            break
        found = command.get_command(context, words[0])
        if found is None:
            return "" if words[0] == OF_AN_EXAMPLE else f"no command {words[0]}"
        command, words = found, words[1:]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
    wrong = [word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"no option {', '.join(wrong)}" if wrong else ""


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in MADE], ids=name)
def test_commands_exist_as_they_are_written(page: Path) -> None:
    wrong = {line: complaint(line) for line in written_commands(page)}
    assert {line: what for line, what in wrong.items() if what} == {}


def test_wrong_commands_are_found() -> None:
    assert complaint("cabin sya hello") == "no command sya"
    assert complaint("cabin say --jsn hello") == "no option --jsn"
    assert complaint("cabin --config x/cabin.yaml sya") == "no command sya"
    assert complaint("cabin --config x/cabin.yaml hear --jsn a.wav") == "no option --jsn"
    assert complaint("make tset") == "no such target"
    assert complaint('cabin say --json "open the window"') == ""


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if file.startswith(("http://", "https://")):
            continue
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            wrong.append(target)
    assert wrong == []


def test_every_page_is_reached_from_the_readme() -> None:
    seen, wanted = set(), [ROOT / "README.md"]
    while wanted:
        page = wanted.pop()
        if page in seen or not page.is_file():
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)\s#]+\.md)", page.read_text(encoding="utf-8")):
            wanted.append((page.parent / target).resolve())
    assert [name(page) for page in (ROOT / "docs").rglob("*.md") if page not in seen] == []


def test_pages_that_people_write_are_short() -> None:
    long = {name(page): page.read_text(encoding="utf-8").count("\n") for page in PAGES if page.name not in MADE}
    assert {page: lines for page, lines in long.items() if lines > LONGEST_PAGE} == {}


def test_every_refusal_status_and_exit_code_has_its_row() -> None:
    page = (ROOT / "docs" / "reference" / "refusals.md").read_text(encoding="utf-8")
    for reason in get_args(Refusal):
        (row,) = re.findall(rf"^\| `{reason}` \|.*$", page, re.MULTILINE)
        assert row.split("|")[-2].strip() == REFUSALS[reason]
    for status in get_args(Status):
        assert f"| `{status}` |" in page
    for code in (0, 1, 2, 130):
        assert f"\n| {code} |" in page


def test_the_readme_tells_the_licence_of_every_model() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("<!-- test: licences -->")[2].partition("\n\n")[0]
    told = {
        model.strip(): row.split("|")[3].strip()
        for row in table.splitlines()[3:]
        for model in row.split("|")[1].split(",")
    }
    assert told == {model: entry.licence for model, entry in load_models(ROOT / "models" / "models.yaml").items()}


def test_ci_calls_what_the_readme_says() -> None:
    assert re.search(r"^exec make test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
