"""Guessing passwords: at once, from many addresses, and passwords that need no guessing."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webapp.conftest import PASSWORD
from webapp.accounts import hashing, models, passwords


def attempt(app, email: str, address: str = "192.0.2.1", password: str = "wrong") -> int:
    with app.app_context():
        client = app.test_client()
        data = {"email": email, "password": password}
        return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address}).status_code


def test_sixty_at_once_are_not_all_tried(app, make, limits, monkeypatch):
    email = make.user().email
    tried = Counter()
    check = models.check_password

    def counted(*arguments):
        tried["all"] += 1
        return check(*arguments)

    monkeypatch.setattr("webapp.accounts.views.sign_in.check_password", counted)
    barrier = threading.Barrier(60)

    def at_once(_number: int) -> int:
        barrier.wait(30)
        return attempt(app, email)

    with ThreadPoolExecutor(60) as crowd:
        codes = Counter(crowd.map(at_once, range(60)))
    assert codes == {422: 5, 429: 55}
    assert tried["all"] == 5


def test_many_addresses_do_not_help(app, make, limits):
    email = make.user().email
    codes = [attempt(app, email, f"198.51.100.{number}") for number in range(14)]
    assert codes == [422] * 10 + [429] * 4


def test_one_network_of_ipv6_is_one(app, make, limits):
    codes = [attempt(app, f"user{number}@viva.test", f"2001:db8::{number:x}") for number in range(1, 23)]
    assert codes == [422] * 20 + [429] * 2
    assert attempt(app, "user99@viva.test", "2001:db8:0:1::1") == 422


def test_getting_in_is_not_counted(app, make, limits):
    user = make.user()
    assert [attempt(app, user.email, password=PASSWORD) for _ in range(25)] == [302] * 25


def test_so_many_are_hashed_at_once(app, make, monkeypatch):
    """Sixty threads want to verify; never more than AT_ONCE do."""
    user, now, most, lock = make.user(), Counter(), [], threading.Lock()
    hashed = user.password_hash

    class Hasher:
        def verify(self, *_arguments):
            with lock:
                now["n"] += 1
                most.append(now["n"])
            threading.Event().wait(0.01)
            with lock:
                now["n"] -= 1
            return True

    monkeypatch.setattr(models, "_hasher", Hasher())
    person = models.User(password_hash=hashed)
    with ThreadPoolExecutor(60) as crowd:
        assert all(crowd.map(lambda _n: models.check_password(person, "x"), range(60)))
    assert max(most) <= passwords.AT_ONCE


@pytest.mark.parametrize(
    "password",
    ["password1234", "aaaaaaaaaaaa", "123456789012", "  Password1234  ", "qwertyuiop12", "abcabcabcabc", "VivaVivaViva",
     "ada@example.org", "Ada Lovelace", "lovelacelovelace", "adalovelace1"],
)  # fmt: skip
def test_passwords_that_need_no_guessing(password):
    assert passwords.weakness(password, "Ada Lovelace", "ada@example.org")


@pytest.mark.parametrize(
    "password", [PASSWORD, "lilac-harbour-comet-otter", "zufällige Wörter sind lang", "uK7!pq_ZZ0wq"]
)
def test_passwords_that_do(password):
    assert passwords.weakness(password, "Ada Lovelace", "ada@example.org") is None


def test_the_form_says_why(app, client, make, sign_in):
    sign_in(make.user())
    data = {"current": PASSWORD, "password": "password1234", "again": "password1234"}
    answer = client.post("/profile", data=data)
    assert answer.status_code == 422
    assert "easy to guess" in answer.text


def test_the_server_hashes_in_processes_of_their_own(app, make, monkeypatch):
    """They come back after they are killed, stand back behind the server, and are never more than so many."""
    monkeypatch.setitem(app.extensions, "server", object())
    monkeypatch.setattr(hashing, "_processes", None)
    user = make.user()
    assert user.check_password(PASSWORD) and not user.check_password("wrong")
    assert not models.check_password(None, PASSWORD)
    with ThreadPoolExecutor(20) as crowd:

        def right(number: int) -> bool:
            with app.app_context():
                return hashing.is_right(models._hasher, user.password_hash, PASSWORD if number % 2 else "wrong")

        assert list(crowd.map(right, range(40))) == [bool(number % 2) for number in range(40)]
    apart = hashing._processes
    running = [process for process in apart._idle.queue if process is not None]
    assert 1 <= len(running) <= passwords.AT_ONCE
    assert all(os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0) for process in running)
    for process in running:
        process.kill()
    assert user.check_password(PASSWORD)
    user.set_password("lilac-harbour-comet-otter")
    assert user.check_password("lilac-harbour-comet-otter")
    apart.close()
    assert all(process.poll() is not None for process in running)


def test_a_hash_that_cannot_be_read_is_a_wrong_password(app, monkeypatch):
    for extensions in ({}, {"server": object()}):
        monkeypatch.setattr(app, "extensions", {**app.extensions, **extensions})
        assert not hashing.is_right(models._hasher, "garbled", "Zeile\nund \ud83d noch eine")
