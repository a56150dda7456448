"""The commands of the pages that are not typed by test_commands.py, and by what they are tried instead.

Each place is a function in a file of tests, or a target of the Makefile. What is not here is typed; what is here and on
no page any more fails.
"""

from collections.abc import Mapping, Sequence

from tests.docs.pages import INSTALL, commands

_Table = Mapping[str, Mapping[str, Sequence[str]]]

MACHINE = "tests/install/other_pages.py::type_the_other_pages"
MOVED = "tests/install/other_pages.py::move_the_house"

_APT = ("apt update", "apt install -y --no-install-recommends pipx")
_PIPX = "PIPX_HOME=/opt/pipx PIPX_BIN_DIR=/usr/local/bin pipx install"
_MADE = (
    "fedi-artisan install-service --tls --origin https://atelier.example --username lea "
    '--name "Atelier Léa Morel" --language fr'
)

# Typed as they stand, on a machine of their own (make try-install), or here in a test of their own.
TYPED: _Table = {
    # A bare Debian with a real systemd, on which all of docs/install.md is typed.
    "tests/install/fresh.py::follow_the_page": {
        INSTALL: commands(INSTALL),
        "README.md": (*_APT, f"{_PIPX} fedi-artisan", _MADE),
    },
    MACHINE: {
        "docs/every-day.md": ("apt update", "apt upgrade -y"),
        "docs/operating.md": (
            "journalctl -u fedi-artisan -o cat --since today",
            "journalctl -u fedi-artisan -o cat -p err",
            "systemctl reload fedi-artisan",
        ),
        "docs/trouble.md": (
            "systemctl status fedi-artisan --no-pager",
            "journalctl --unit fedi-artisan --output cat --no-pager --lines 20",
            "systemctl restart fedi-artisan",
            f"{_PIPX} --force fedi-artisan==0.1.0",
        ),
    },
    "tests/install/fronted.py::stand_in_front": {
        "docs/behind.md": [one for one in commands("docs/behind.md") if not one.startswith("fedi-artisan ")]
    },
    MOVED: {"docs/moving.md": ("systemctl disable --now fedi-artisan",)},
    "tests/backups/test_litestream.py::test_nothing_but_the_last_second_is_lost": {
        "docs/backups.md": (
            "litestream replicate -config litestream.yml",
            "litestream restore -config litestream.yml -o restored.sqlite3 /var/lib/fedi-artisan/fedi-artisan.sqlite3",
        )
    },
    "tests/serving/test_certificates.py::test_from_nothing_to_a_certificate_and_on_to_the_next": {
        "docs/certificates.md": ("fedi-artisan serve --tls",)
    },
    "tests/cli/test_demo.py::test_the_demo_opens_and_leaves_nothing": {
        "README.md": ("make demo",),
        "docs/portfolio.md": ("make demo",),
    },
    "tests/cli/test_welcome.py::test_the_server_prints_a_link_until_somebody_has_come_in": {"README.md": ("make run",)},
    # Whoever runs the tests has typed these, or something that is made of them.
    "Makefile::test": {"README.md": ("make test",), "CONTRIBUTING.md": ("make test",)},
    "Makefile::check": {"CONTRIBUTING.md": ("make check",)},
    "tests/docs/test_commands.py::test_each_target_of_make_is_there": {"CONTRIBUTING.md": ("make help",)},
    "tests/install/fresh.py::main": {"CONTRIBUTING.md": ("make try-install",)},
    "tests/install/container.py::main": {"CONTRIBUTING.md": ("make try-container",)},
    "tests/faults/test_faults.py::test_what_was_promised_is_kept": {
        "CONTRIBUTING.md": (".venv/bin/python -m tests.faults --fault full-disk --times 20",)
    },
    "tests/faults/test_kill.py::test_what_was_promised_is_kept_through_kill_9": {
        "CONTRIBUTING.md": (".venv/bin/python -m tests.faults.kill --kills 200",)
    },
    "tests/faults/test_photo_kill.py::test_no_work_breaks_and_nothing_is_left_over_through_kill_9": {
        "CONTRIBUTING.md": (".venv/bin/python -m tests.faults.photo_kill --kills 200",)
    },
    "tests/inbox/test_sequences.py::test_the_order_of_arrival_does_not_matter": {
        "CONTRIBUTING.md": ("SEQUENCES=2000 .venv/bin/pytest tests/inbox/test_sequences.py",)
    },
    "tests/browser/test_look.py::test_pages_are_photographed_for_every_visitor": {
        "CONTRIBUTING.md": ("make look", ".venv/bin/python -m tests.browser.look artefacts/pages")
    },
}

# Typed by nobody: they want docker, another machine, an authority of the world, or an hour. What tries what they do:
NEAREST: _Table = {
    "tests/install/container.py::build": {
        "docs/container.md": (
            "docker compose build",
            "docker build --tag fedi-artisan --file deploy/container/Dockerfile .",
        )
    },
    "tests/install/container.py::main": {
        "docs/container.md": (
            'docker compose run --rm atelier init --username lea --name "Atelier Léa Morel" --language fr',
            "docker compose restart atelier",
            "docker compose run --rm --no-deps -T --entrypoint cat atelier /data/config.toml > config.toml",
            "docker compose run --rm --no-deps -T --entrypoint tee atelier /data/config.toml < config.toml",
        )
    },
    "tests/install/container.py::serving": {
        "docs/container.md": ("docker compose up --detach", "docker compose logs atelier")
    },
    "tests/install/container.py::look": {"docs/container.md": ("docker compose exec atelier fedi-artisan doctor",)},
    "Makefile::words": {"CONTRIBUTING.md": ("make words",)},
    "Makefile::audit": {"CONTRIBUTING.md": ("make audit",)},
    "Makefile::soak": {"CONTRIBUTING.md": ("make soak", ".venv/bin/python -m tests.soak --minutes 30")},
    "Makefile::fuzz": {"CONTRIBUTING.md": ("make fuzz",)},
    "Makefile::release": {"CONTRIBUTING.md": ("make release",)},
    "tests/schemas.py::_make": {"CONTRIBUTING.md": (".venv/bin/python -m tests.schemas .",)},
    "Makefile::update": {"CONTRIBUTING.md": ("make update",)},
    "Makefile::bench": {"CONTRIBUTING.md": ("make bench",)},
    "tests/backups/test_making.py::test_what_the_last_whole_one_holds_is_not_written_again": {
        "docs/backups.md": ("rsync --archive lea@atelier.example:/var/lib/fedi-artisan/backups/ copies/atelier/",)
    },
}


def tried_elsewhere(page: str) -> set[str]:
    """Return the commands of the page that are not typed here."""
    return {command for table in (TYPED, NEAREST) for pages in table.values() for command in pages.get(page, ())}
