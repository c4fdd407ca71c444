"""The broker of files: messages appear whole and are taken once, whoever looks when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from integrity import embedded


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    for name in ("in", "processed"):
        (tmp_path / name).mkdir()
    return {
        "data_folder_in": str(tmp_path / "in"),
        "data_folder_out": str(tmp_path / "in"),
        "processed_folder": str(tmp_path / "processed"),
        "control_folder": str(tmp_path / "control"),
    }


@pytest.fixture
def connection(options: dict[str, Any]) -> Iterator[Connection]:
    embedded.register()
    with Connection("embedded://localhost//", transport_options=options) as made:
        yield made


def test_what_is_put_is_got_in_order_and_leaves_nothing(
    connection: Connection, tmp_path: Path
) -> None:
    with connection.SimpleQueue("letters") as queue:
        for number in range(5):
            queue.put({"number": number})
        found = []
        for _ in range(5):
            message = queue.get(timeout=5)
            found.append(message.payload["number"])
            message.ack()
        assert found == list(range(5))
        with pytest.raises(Empty):
            queue.get(block=False)
    assert not list((tmp_path / "in").iterdir())
    assert not list((tmp_path / "processed").iterdir())


def test_a_reader_never_sees_half_a_message(options: dict[str, Any]) -> None:
    """Two write and two read as fast as they can: everything arrives, once and whole."""
    embedded.register()
    count, found, broken = 150, [], []
    done = threading.Event()

    def channel() -> Any:
        return Connection("embedded://localhost//", transport_options=options).channel()

    def write(who: int) -> None:
        out = channel()
        for number in range(count):
            out._put("q", {"id": f"{who}-{number}", "text": "x" * 5_000})

    def read() -> None:
        inbox = channel()
        while True:
            finished = done.is_set()
            try:
                found.append(inbox._get("q")["id"])
            except Empty:
                if finished:
                    return
            except ValueError as error:  # what reading half a message raises
                broken.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(who,)) for who in range(2)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert broken == []
    assert sorted(found) == sorted(f"{who}-{n}" for who in range(2) for n in range(count))


def test_all_processes_may_bind_at_once(options: dict[str, Any]) -> None:
    embedded.register()
    problems: list[Exception] = []

    def bind(number: int) -> None:
        try:
            made = Connection("embedded://localhost//", transport_options=options).channel()
            made._queue_bind("celery", "celery", "", f"queue-{number}")
        except (ValueError, OSError) as error:
            problems.append(error)

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    table = Connection("embedded://localhost//", transport_options=options).channel()
    assert {row.queue for row in table.get_table("celery")} == {f"queue-{n}" for n in range(12)}
