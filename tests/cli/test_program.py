"""The program as the shell sees it: real processes, no server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from resumate_grpc.cli import main
from resumate_grpc.cli.exit_codes import ExitCode, worst
from resumate_grpc.cli.program import COMMANDS

pytestmark = pytest.mark.slow


def resumate(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RESUMATE_")}
    return subprocess.run(
        [sys.executable, "-m", "resumate_grpc.cli", *args],
        env=clean | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """Each command of the table exists under its name and explains itself."""
    result = CliRunner().invoke(main, [name, "--help"], prog_name="resumate")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: resumate {name} ")


def test_help_lists_exit_codes() -> None:
    """`resumate --help` names every exit status."""
    text = CliRunner().invoke(main, ["--help"]).stdout
    listed = {int(line.split()[0]) for line in text.partition("Exit status:")[2].splitlines() if line.strip()}
    assert listed == {code.value for code in ExitCode}


def test_nothing_answers() -> None:
    """Without a server a client command says where it looked and what to start, on stderr, with status 3."""
    result = resumate("list", "--server", "127.0.0.1:1")
    assert (result.returncode, result.stdout) == (3, "")
    assert "nothing answers at 127.0.0.1:1 (" in result.stderr
    assert "resumate serve" in result.stderr


def test_proxy_of_the_environment_is_not_asked_for_this_machine() -> None:
    """A proxy set for the web does not stand between the client and a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        proxy.settimeout(0)
        result = resumate(
            "list", "--server", "127.0.0.1:1", "--timeout", "5", http_proxy=address, no_proxy="", NO_PROXY=""
        )
        assert result.returncode == 3
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_wrong_setting_names_variable_and_flag() -> None:
    """A setting that cannot be used ends with status 2 and says how to mend it."""
    result = resumate("serve", RESUMATE_WORKERS="many")
    assert result.returncode == 2
    assert "RESUMATE_WORKERS (--workers) must be a whole number" in result.stderr


def test_client_commands_bring_no_parser_and_no_database(tmp_path: Path) -> None:
    """`resumate get` starts without importing what only the service needs."""
    code = (
        "import sys\n"
        "from resumate_grpc.cli import main\n"
        "try:\n    main(['get', 'x', '--server', '127.0.0.1:1'], prog_name='resumate')\n"
        "except SystemExit as end:\n    assert end.code == 3, end.code\n"
        "heavy = {'spacy', 'sqlalchemy', 'aiohttp', 'pypdfium2', 'numpy', 'obstore'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr


def test_closed_pipe_is_no_error() -> None:
    """Whoever stops reading the output hears no complaint; the status is that of SIGPIPE."""
    with subprocess.Popen(
        [sys.executable, "-m", "resumate_grpc.cli", "completion", "bash"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_and_answers(shell: str) -> None:
    """The script of each shell asks the program, which completes commands and options."""
    script = resumate("completion", shell)
    assert script.returncode == 0
    assert "_RESUMATE_COMPLETE" in script.stdout
    if shell == "bash":
        words = {"_RESUMATE_COMPLETE": "bash_complete", "COMP_WORDS": "resumate list --st", "COMP_CWORD": "2"}
        assert "plain,--state" in resumate(**words).stdout


@pytest.mark.parametrize(
    ("codes", "summed"),
    [
        ([], ExitCode.OK),
        ([ExitCode.OK, ExitCode.OK], ExitCode.OK),
        ([ExitCode.OK, ExitCode.REFUSED], ExitCode.REFUSED),
        ([ExitCode.NOT_FOUND, ExitCode.REFUSED], ExitCode.FAILED),
    ],
)
def test_several_operations_share_one_status(codes: list[ExitCode], summed: ExitCode) -> None:
    """Failures of one kind keep their status; of several kinds they become 1."""
    assert worst(codes) is summed


def test_what_the_system_refuses_is_said_in_words(tmp_path: Path) -> None:
    """A folder that cannot be made, a full disk: the name and the reason, no number of an error and no traceback."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    (tmp_path / "cv.txt").write_text("Ada Example\nada@example.org\n", encoding="utf-8")
    result = resumate("parse", "-q", str(tmp_path / "cv.txt"), "--output-dir", str(tmp_path / "taken" / "in"))
    assert result.returncode == ExitCode.FAILED
    assert result.stderr == f"error: {tmp_path / 'taken' / 'in'}: Not a directory\n"
