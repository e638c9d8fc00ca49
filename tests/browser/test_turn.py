"""Two ends of WebRTC in a real Chromium that may meet through coturn alone, with the credentials that we hand out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.conftest import FLAGS, chromium_path
from tests.coturn import SECRET, running
from webapp.live import ice

#: Connects two RTCPeerConnections by relay candidates alone, sends words, and says what arrived within some time.
MEET = """async ({servers, patience}) => {
  const [a, b] = [0, 1].map(() => new RTCPeerConnection({iceServers: servers, iceTransportPolicy: "relay"}));
  const kinds = new Set();
  a.onicecandidate = ({candidate}) => { if (candidate) { kinds.add(candidate.type); b.addIceCandidate(candidate); } };
  b.onicecandidate = ({candidate}) => { if (candidate) a.addIceCandidate(candidate); };
  const channel = a.createDataChannel("words");
  channel.onopen = () => channel.send("by way of the relay");
  const heard = new Promise((resolve) => {
    b.ondatachannel = (event) => { event.channel.onmessage = ({data}) => resolve(data); };
  });
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  const text = await Promise.race([heard, new Promise((resolve) => setTimeout(() => resolve(null), patience))]);
  a.close();
  b.close();
  return {text, kinds: [...kinds]};
}"""


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    flags = [*FLAGS, "--allow-loopback-in-peer-connection"]
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
    yield browser.new_page()
    browser.close()


def test_a_call_goes_through_the_relay_with_our_credentials_alone(page: Page, tmp_path: Path):
    with running(tmp_path) as port:
        urls = [f"turn:127.0.0.1:{port}?transport={kind}" for kind in ("udp", "tcp")]
        config = {"STUN_URLS": [], "TURN_URLS": urls, "TURN_SECRET": SECRET, "TURN_SECONDS": 600}
        servers = ice.servers(config, "member")
        assert page.evaluate(MEET, {"servers": servers, "patience": 20_000}) == {
            "text": "by way of the relay",
            "kinds": ["relay"],
        }
        servers[0]["credential"] = "forged"
        assert page.evaluate(MEET, {"servers": servers, "patience": 2_000}) == {"text": None, "kinds": []}
