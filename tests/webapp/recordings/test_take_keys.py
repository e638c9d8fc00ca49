"""The keys that a browser seals takes with: each interview's own, on the pages of its candidate alone."""

from __future__ import annotations

import base64
import re


def keys_on(page) -> list[str]:
    return re.search(r'data-take-keys="([^"]*)"', page.text)[1].split()


def test_each_interview_has_a_key_and_an_old_secret_s_stays(app, client, make, open_interview):
    first = open_interview(make.interview(invitation=make.invitation(question_set=make.question_set("video video"))))
    pages = [client.get(f"/interview/{first.id}/{step}") for step in ("questions/1", "questions/2", "review")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("no-store" in page.headers["Cache-Control"] for page in pages), "no key stays in a browser's cache"
    (key,) = keys_on(pages[0])
    assert keys_on(pages[1]) == keys_on(pages[2]) == [key]
    assert len(base64.urlsafe_b64decode(key)) == 32
    app.config.update(SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]], SECRET_KEY="another")
    with app.test_request_context():
        from_now, before = app.jinja_env.globals["take_keys"](first.id).split()
        assert (before, from_now != key) == (key, True)
        assert key not in app.jinja_env.globals["take_keys"]("another interview")
