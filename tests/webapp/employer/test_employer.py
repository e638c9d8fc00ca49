"""Who invites, in their colours and with enough contrast; what to expect, said before anybody agrees to anything."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.employer import colours
from webapp.employer.logo import LogoError, cleaned
from webapp.employer.models import EmployerPage
from webapp.interviews.models import CandidateRequest, RequestKind
from webapp.interviews.operations import invitation_url

SAID = {
    "welcome": "We build bridges.", "colour": "#FFD400", "contact_name": "Noor Haddad", "contact_email": "noor@bridges.org",
    "contact_phone": "+1 514 555 0100", "ai_help": "prepare", "ai_words": "Ask if unsure.", "person_instead": "y",
    "at_once": ["time", "takes"], "extra_time": "75",
}  # fmt: skip


def picture(width: int, height: int, suffix: str = "png") -> bytes:
    frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), 120, np.uint8), format="rgb24")
    encoder = av.CodecContext.create("png" if suffix == "png" else "mjpeg", "w")
    encoder.width, encoder.height, encoder.time_base = width, height, Fraction(1, 1)
    encoder.pix_fmt = "rgb24" if suffix == "png" else "yuvj420p"
    return b"".join(
        bytes(each) for each in [*encoder.encode(frame.reformat(format=encoder.pix_fmt)), *encoder.encode(None)]
    )


@pytest.mark.parametrize(
    "colour", ["#ffd400", "#000000", "#ffffff", "#0d6b62", "#7f7f7f", "#ff0000", "#1a1aff", "#00ff88"]
)
def test_every_colour_is_made_readable_and_no_more_than_that(colour):
    for theme, grounds in (("light", colours.LIGHT), ("dark", colours.DARK)):
        shade = colours.shades(colour)[theme]
        for ground in (*grounds, shade.soft):
            assert colours.contrast(shade.accent, ground) >= 4.5
        assert colours.contrast(shade.ink, shade.accent) >= 4.5
        if all(colours.contrast(colour, ground) >= 4.6 for ground in grounds) and theme == "light":
            assert shade.accent == colour or colours.contrast(colour, colours._mixed(colour, grounds[0], 0.12)) < 4.5


def test_known_contrasts():
    assert round(colours.contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(colours.contrast("#767676", "#ffffff"), 2) == 4.54


def test_a_logo_is_written_anew_and_small():
    png = cleaned(picture(1200, 300))
    with av.open(io.BytesIO(png)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (480, 120)
    assert cleaned(picture(40, 40, "jpg")).startswith(b"\x89PNG")
    for wrong in (b"<svg/>", b"\x89PNG\r\n\x1a\nbroken", picture(4100, 2)):
        with pytest.raises(LogoError):
            cleaned(wrong)


def test_an_admin_says_it_and_candidates_read_it_before_they_agree(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    assert client.post("/employer/", data=SAID | {"colour": "red"}).status_code == 422
    assert client.post("/employer/", data=SAID).status_code == 302
    assert client.post("/employer/logo", data={"logo": (io.BytesIO(b"<svg/>"), "a.svg")}).status_code == 422
    client.post("/employer/logo", data={"logo": (io.BytesIO(picture(300, 100)), "logo.png")})
    page = client.get("/employer/").text
    assert "a darker or lighter shade" in page and "Your colour has enough" not in page
    client.post("/sign-out")
    invitation = make.invitation()
    client.post(invitation_url(invitation))
    text = client.get(f"/interview/{invitation.interview.id}").text
    for said in ("We build bridges.", "Noor Haddad", "noor@bridges.org", "Answer in your own words", "Ask if unsure.",
                 "Who watches", "days of submitting", "Speak with a person instead", "Viva text, version", "Whisper"):  # fmt: skip
        assert said in text, said
    assert not invitation.interview.consents
    links = [part.split('"')[0] for part in text.split('"') if "/employers/" in part]
    style, logo = (next(link for link in links if name in link) for name in ("colours.css", "logo.png"))
    css = client.get(style)
    assert (
        css.mimetype == "text/css"
        and "#ffd400" in css.text.split("dark", 1)[1]
        and "#ffd400" not in css.text.split("dark")[0]
    )
    assert client.get(logo).mimetype == "image/png"
    assert client.get("/employers/nonsense/logo.png").status_code == 404


def test_nothing_said_is_vivas_own_look_and_the_inviter(client, make):
    invitation = make.invitation()
    client.post(invitation_url(invitation))
    text = client.get(f"/interview/{invitation.interview.id}").text
    assert invitation.created_by.email in text and "colours.css" not in text and "AI programs" not in text


def test_each_organisation_has_its_own(client, make, sign_in):
    other = make.organisation("Elsewhere")
    sign_in(make.user(Role.ADMIN, organisation_id=other.id))
    client.post("/employer/", data=SAID)
    sign_in(make.user(Role.ADMIN, organisation_id=make.organisation("A third").id))
    assert "We build bridges." not in client.get("/employer/").text
    assert db.session.query(EmployerPage).one().organisation_id == other.id


def test_another_format_is_one_click(client, make):
    invitation = make.invitation()
    client.post(invitation_url(invitation))
    interview = invitation.interview
    client.post(f"/interview/{interview.id}/person")
    assert [row.kind for row in db.session.query(CandidateRequest)] == [RequestKind.PERSON]
    to = client.post(f"/interview/{interview.id}/writing")
    assert to.location.endswith("/questions/1") and not interview.consented
    assert "You did not agree to be recorded" in client.get(to.location).text
