"""`resumate parse`: real files, the real sandbox, no server."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf.json_format import MessageToDict

from resumate_grpc._gen.resumate.v1 import parsed_resume_pb2
from resumate_grpc.cli import main
from resumate_grpc.cli.parsed_json import as_line, as_message
from resumate_grpc.model.parsed import (
    Award,
    Box,
    Education,
    Evidence,
    ParsedResume,
    ParseWarning,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    Volunteering,
    WorkExperience,
)
from tests.rpc.samples import CAREER, NORMALIZED

SAMPLES = Path(__file__).parents[1] / "samples" / "files"
FULL = ParsedResume(
    personal_info=PersonalInfo(full_name="Zoë Beispiel", summary="Zeile 1\nZeile 2"),
    work_experience=(WorkExperience(company="Muster AG", highlights=("a", "b"), confidence=0.5),),
    education=(Education(institution="Universität", gpa="1.3"),),
    skills=Skills(technical=("Go",), confidence=1.0),
    projects=(Project(name="Schere", highlights=("x",)),),
    publications=(Publication(title="On Scissors"),),
    awards=(Award(title="Goldene Schere"),),
    volunteering=(Volunteering(organization="Verein"),),
    confidence_score=0.75,
    evidence=(
        Evidence(field_path="personal_info.full_name", confidence=0.9, page=1, box=Box(x0=0, y0=1, x1=2.5, y1=3)),
        Evidence(field_path="skills.technical[0]", confidence=0.8, start=4, end=6),
    ),
    text="Zoë 🂡",
    page_count=1,
    warnings=(ParseWarning(reason="HIDDEN_TEXT", message="there is hidden text"),),
    career=CAREER,
    normalized=(NORMALIZED,),
)


@pytest.mark.parametrize("parsed", [FULL, ParsedResume()])
def test_json_is_that_of_the_proto(parsed: ParsedResume) -> None:
    """The line printed equals proto JSON with snake_case names and every field that has no presence."""
    proto = MessageToDict(
        as_message(parsed), preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert json.loads(as_line(parsed)) == proto


def test_model_has_the_fields_of_the_proto() -> None:
    """Model and proto name the same fields, so that nothing is lost between them."""
    names = {field.name for field in fields(ParsedResume)}
    assert names == {field.name for field in parsed_resume_pb2.ParsedResume.DESCRIPTOR.fields}


def parse(*args: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["parse", *map(str, args)], prog_name="resumate")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write two résumés of invented people, and between them a file that is none."""
    paths = [tmp_path / name for name in ("ada.txt", "program.pdf", "zoe.md")]
    paths[0].write_text("Ada Beispiel\nada@beispiel.example\n\nSkills\nPython, Go\n", encoding="utf-8")
    paths[1].write_bytes(b"MZ\x90\x00" + bytes(200))
    paths[2].write_text("# Zoë Muster\n\nzoe@muster.example\n", encoding="utf-8")
    return paths


@pytest.mark.slow
def test_json_has_a_line_for_each_file_that_could_be_parsed(files: list[Path]) -> None:
    """Lines come in the order of the files; a bad file is on stderr with its reason, and the status is 1."""
    result = parse("--json", *files)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["personal_info"]["email"] for line in lines] == ["ada@beispiel.example", "zoe@muster.example"]
    assert "program.pdf: " in result.stderr
    assert "[UNSUPPORTED_FORMAT]" in result.stderr
    assert result.exit_code == 1


@pytest.mark.slow
def test_output_dir_has_a_file_for_each_stem(files: list[Path], tmp_path: Path) -> None:
    """With --output-dir each result is in its own file, the folder is made, and stdout is empty."""
    result = parse("--json", "--output-dir", tmp_path / "new" / "out", files[0], files[2])
    written = {path.name: json.loads(path.read_bytes()) for path in (tmp_path / "new" / "out").iterdir()}
    assert (result.exit_code, result.stdout) == (0, "")
    assert set(written) == {"ada.json", "zoe.json"}
    assert written["zoe.json"]["personal_info"]["email"] == "zoe@muster.example"


def test_files_of_one_stem_are_refused_before_any_work(files: list[Path], tmp_path: Path) -> None:
    """Two files that would be written to the same place end with status 2, and nothing is written."""
    double = files[0].with_suffix(".md")
    double.write_text("x", encoding="utf-8")
    result = parse("--output-dir", tmp_path / "out", files[0], double)
    assert result.exit_code == 2
    assert "would all be written to ada.json" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_human_output_names_each_file(files: list[Path]) -> None:
    """Without --json a summary of each file is printed under its name."""
    result = parse("-q", files[0], files[2])
    assert f"== {files[0]}" in result.stdout
    assert "ada@beispiel.example" in result.stdout
    assert result.stderr == ""


def test_size_limit_holds_here_too(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """RESUMATE_MAX_FILE_BYTES holds, and a mistake in a setting of the server's does not matter."""
    monkeypatch.setenv("RESUMATE_MAX_FILE_BYTES", "10B")
    monkeypatch.setenv("RESUMATE_GRPC_LISTEN", "nonsense")
    result = parse("-q", files[0])
    assert result.exit_code == 1
    assert "over 10 bytes" in result.stderr
    assert "[FILE_TOO_LARGE]" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sidebar_en.pdf", "paragraphs_en.docx", "plain_utf16_fr.txt"])
def test_explain_writes_a_page_and_nothing_else(name: str, tmp_path: Path) -> None:
    """With --explain the page is written, stdout is empty, and stderr says where the page is."""
    page = tmp_path / "out.html"
    result = parse("-q", "--explain", page, SAMPLES / name)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"wrote {page}" in result.stderr
    assert f"<h1>{name}</h1>" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_explain_goes_with_json(files: list[Path], tmp_path: Path) -> None:
    """With --json beside it the result is printed too."""
    result = parse("-q", "--json", "--explain", tmp_path / "out.html", files[0])
    assert json.loads(result.stdout)["personal_info"]["email"] == "ada@beispiel.example"
    assert (tmp_path / "out.html").exists()


@pytest.mark.slow
def test_explain_of_what_cannot_be_parsed_writes_no_page(files: list[Path], tmp_path: Path) -> None:
    """A file that cannot be read is told with its reason, the status is 1, and there is no page."""
    result = parse("--explain", tmp_path / "out.html", files[1])
    assert result.exit_code == 1
    assert "[UNSUPPORTED_FORMAT]" in result.stderr
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--explain", "ada.txt", "zoe.md"],
            "the page that it writes, such as out.html; got ada.txt",
        ),
        (["--explain", "out.html", "ada.txt", "zoe.md"], "--explain shows one file; got 2"),
        (["--explain", "self.html", "./self.html"], "would write its page over self.html"),
        (["--explain"], "requires an argument"),
        (["--explain", "out.html"], "Missing argument 'FILE"),
    ],
)
def test_explain_refuses_what_is_not_meant(
    arguments: list[str], said: str, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forgotten page or file and several files are wrong arguments, and nothing is written over."""
    monkeypatch.chdir(files[0].parent)
    Path("self.html").write_text("<p>Ada Beispiel", encoding="utf-8")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    result = parse(*arguments)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert {path: path.read_bytes() for path in Path().iterdir()} == before
