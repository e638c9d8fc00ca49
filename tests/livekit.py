"""What stands for a LiveKit server in tests: its published protocol in its own Protocol Buffers, its own verifier of
tokens, and real WebRTC by aiortc. It is no LiveKit server: what that does beyond its protocol is not to be seen here.

Of the signalling it speaks version 1 (one peer connection a participant, the offer in the join request), of the server
API the two methods that Viva calls; messages that it does not know it leaves unanswered. Media goes by 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import itertools
import json
import re
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import jwt
from aiohttp import WSMsgType, web
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.sdp import candidate_from_sdp
from google.protobuf import json_format
from livekit.api import AccessToken, TokenVerifier
from livekit.api.access_token import Claims
from livekit.protocol import models, rtc
from livekit.protocol import room as service

KEY, SECRET = "viva-key", "a secret of at least thirty-two bytes"
_LEFT = models.ParticipantInfo.State.DISCONNECTED


@dataclass
class Track:
    """A published track; ``media`` is there once its packets come."""

    info: models.TrackInfo
    cid: str
    media: Any = None
    mid: str = ""


@dataclass(eq=False)
class Participant:
    """One connected client: its signalling, its peer connection, what it publishes and what it is sent."""

    socket: web.WebSocketResponse
    claims: Claims
    info: models.ParticipantInfo
    peer: RTCPeerConnection
    tracks: dict[str, Track] = field(default_factory=dict)
    #: mid → the track that is sent there, and whose.
    sent: dict[str, tuple[str, Track]] = field(default_factory=dict)

    async def say(self, **message: Any) -> None:
        with suppress(ConnectionError):  # gone meanwhile
            await self.socket.send_bytes(rtc.SignalResponse(**message).SerializeToString())

    def told(self) -> models.ParticipantInfo:
        """What the others are told."""
        del self.info.tracks[:]
        self.info.tracks.extend(track.info for track in self.tracks.values())
        self.info.version += 1
        return self.info


class Server:
    """``url`` for clients, ``rooms`` who is where, ``asked`` what the API was asked: (method, request, claims)."""

    def __init__(self) -> None:
        self.url, self._port = "", 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.rooms: dict[str, dict[str, Participant]] = {}
        self.asked: list[tuple[str, dict[str, Any], Claims]] = []
        #: Why somebody was not let in.
        self.refused: list[str] = []
        self._verifier, self._relay, self._numbers = TokenVerifier(KEY, SECRET), MediaRelay(), itertools.count(1)

    def start(self) -> None:
        """Listen, in a thread with a loop of its own; again at the same port."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._listen())

    def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._loop is not None:
            self._do(self._hang_up())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()
            self._loop = None

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        # A client's offer is in the address it asks for.
        self._runner = web.AppRunner(self._application(), max_line_size=1 << 16)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"ws://127.0.0.1:{self._port}"

    async def _hang_up(self) -> None:
        gone = rtc.LeaveRequest(
            action=rtc.LeaveRequest.Action.DISCONNECT, reason=models.DisconnectReason.SERVER_SHUTDOWN
        )
        for one in [one for room in self.rooms.values() for one in room.values()]:
            await one.say(leave=gone)
            await one.socket.close()
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/rtc/v1", self._signal),
                web.get("/rtc/v1/validate", self._validate),
                web.post("/twirp/livekit.RoomService/{method}", self._api),
            ]
        )
        return application

    def names(self, room: str) -> set[str]:
        """The identities of those who are in a room."""
        return set(self.rooms.get(room, {}))

    def published(self, room: str, identity: str) -> set[str]:
        """What somebody sends: of camera, microphone and screen_share."""
        tracks = self.rooms[room][identity].tracks.values()
        return {models.TrackSource.Name(track.info.source).lower() for track in tracks if track.media is not None}

    # The server API

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            claims = self._verifier.verify(request.headers["Authorization"].removeprefix("Bearer "))
            kind = {"RemoveParticipant": service.RoomParticipantIdentity, "DeleteRoom": service.DeleteRoomRequest}
            message = json_format.Parse(await request.text(), kind[method]())
        except (jwt.InvalidTokenError, KeyError, json_format.ParseError) as error:
            return web.json_response({"code": "unauthenticated", "msg": str(error)}, status=401)
        self.asked.append((method, json_format.MessageToDict(message), claims))
        present = self.rooms.get(message.room, {})
        if method == "DeleteRoom" and claims.video.room_create:
            leaving = list(present.values())
        elif method == "RemoveParticipant" and claims.video.room_admin and claims.video.room == message.room:
            leaving = [present[message.identity]] if message.identity in present else []
        else:
            return web.json_response({"code": "permission_denied", "msg": "permissions denied"}, status=403)
        if not leaving:
            return web.json_response({"code": "not_found", "msg": "nobody there"}, status=404)
        for one in leaving:
            await one.say(leave=rtc.LeaveRequest(action=rtc.LeaveRequest.Action.DISCONNECT))
            await one.socket.close()
        return web.json_response({})

    # Signalling

    def _claims(self, request: web.Request) -> Claims:
        claims = self._verifier.verify(request.query["access_token"])
        if not (claims.video.room_join and claims.video.room and claims.identity):
            raise jwt.InvalidTokenError("no grant to join")
        return claims

    @staticmethod
    def _fresh_token(claims: Claims) -> str:
        token = AccessToken(KEY, SECRET).with_identity(claims.identity).with_name(claims.name)
        return token.with_grants(claims.video).with_ttl(timedelta(minutes=10)).to_jwt()

    async def _validate(self, request: web.Request) -> web.Response:
        headers = {"Access-Control-Allow-Origin": "*"}
        try:
            self._claims(request)
        except (jwt.InvalidTokenError, KeyError) as error:
            return web.Response(status=401, text=str(error), headers=headers)
        return web.Response(text="success", headers=headers)

    async def _signal(self, request: web.Request) -> web.StreamResponse:
        try:
            claims = self._claims(request)
        except (jwt.InvalidTokenError, KeyError) as error:
            self.refused.append(str(error))
            return web.Response(status=401, text=str(error))
        wrapped = rtc.WrappedJoinRequest.FromString(base64.urlsafe_b64decode(request.query["join_request"]))
        packed = wrapped.compression == rtc.WrappedJoinRequest.Compression.GZIP
        join = rtc.JoinRequest.FromString(gzip.decompress(wrapped.join_request) if packed else wrapped.join_request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if join.reconnect:  # nothing is kept here: the client is to join anew
            leave = rtc.LeaveRequest(action=rtc.LeaveRequest.Action.RECONNECT)
            await socket.send_bytes(rtc.SignalResponse(leave=leave).SerializeToString())
            await socket.close()
            return socket
        one = Participant(
            socket,
            claims,
            models.ParticipantInfo(
                sid=f"PA_{next(self._numbers)}",
                identity=claims.identity,
                name=claims.name,
                state=models.ParticipantInfo.State.ACTIVE,
                permission=models.ParticipantPermission(
                    can_publish=claims.video.can_publish,
                    can_subscribe=claims.video.can_subscribe,
                    can_publish_data=claims.video.can_publish_data,
                ),
            ),
            RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)),
        )
        room = self.rooms.setdefault(claims.video.room, {})
        if older := room.pop(claims.identity, None):
            await older.socket.close()
        others = list(room.values())
        room[claims.identity] = one
        try:
            await one.say(
                join=rtc.JoinResponse(
                    room=models.Room(sid=f"RM_{claims.video.room}", name=claims.video.room),
                    participant=one.info,
                    other_participants=[other.told() for other in others],
                    server_info=models.ServerInfo(edition="Standard", version="1.9.0", protocol=16),
                    ping_timeout=15,
                    ping_interval=5,
                )
            )
            # As a LiveKit server does: with this the client comes back on its own after its first token has ended.
            await one.say(refresh_token=self._fresh_token(claims))
            await self._tell(one, room)
            if join.HasField("publisher_offer"):
                await self._offer(one, room, join.publisher_offer)
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    await self._hear(one, room, rtc.SignalRequest.FromString(message.data))
        finally:
            await self._part(one, room)
        return socket

    async def _hear(self, one: Participant, room: dict[str, Participant], request: rtc.SignalRequest) -> None:
        kind = request.WhichOneof("message")
        if kind == "offer":
            await self._offer(one, room, request.offer)
        elif kind == "trickle":
            line = json.loads(request.trickle.candidateInit)
            if " 127.0.0.1 " in line["candidate"]:
                candidate = candidate_from_sdp(line["candidate"].removeprefix("candidate:"))
                candidate.sdpMid, candidate.sdpMLineIndex = line["sdpMid"], line["sdpMLineIndex"]
                await one.peer.addIceCandidate(candidate)
        elif kind == "add_track":
            wanted = request.add_track
            info = models.TrackInfo(
                sid=f"TR_{next(self._numbers)}", type=wanted.type, name=wanted.name, source=wanted.source,
                muted=wanted.muted, width=wanted.width, height=wanted.height,
            )  # fmt: skip
            if one.claims.video.can_publish:
                one.tracks[info.sid] = Track(info, wanted.cid)
                await one.say(track_published=rtc.TrackPublishedResponse(cid=wanted.cid, track=info))
        elif kind == "mute" and request.mute.sid in one.tracks:
            one.tracks[request.mute.sid].info.muted = request.mute.muted
            await self._tell(one, room)
        elif kind == "leave":
            await one.socket.close()
        elif kind == "ping_req":
            await one.say(pong_resp=rtc.Pong(last_ping_timestamp=request.ping_req.timestamp))

    async def _tell(self, one: Participant, room: dict[str, Participant]) -> None:
        update = rtc.ParticipantUpdate(participants=[one.told()])
        for other in list(room.values()):
            if other is not one:
                await other.say(update=update)

    async def _part(self, one: Participant, room: dict[str, Participant]) -> None:
        if room.get(one.info.identity) is one:
            del room[one.info.identity]
            one.info.state, one.tracks = _LEFT, {}
            await self._tell(one, room)
        await one.peer.close()

    # Media

    async def _offer(self, one: Participant, room: dict[str, Participant], offer: rtc.SessionDescription) -> None:
        """Take an offer: what is published in it is sent on, and its free sections are filled with what others send."""
        if one.peer.signalingState == "closed":
            return
        # aiortc knows a track by its name only where the head of the offer names its stream, which Chromium's doesn't.
        sdp = re.sub(r"(?m)^a=msid-semantic:.*?$", "a=msid-semantic: WMS *", offer.sdp)
        await one.peer.setRemoteDescription(RTCSessionDescription(sdp, offer.type))
        lines = {line.mid: line for line in one.peer.getTransceivers()}
        changed = False
        for track in list(one.tracks.values()):
            if track.media is None:
                for mid, line in lines.items():
                    if line.receiver.track is not None and line.receiver.track.id == track.cid and _comes(line):
                        track.media, track.mid, track.info.mid, changed = line.receiver.track, mid, mid, True
            elif not _comes(lines[track.mid]):
                del one.tracks[track.info.sid]
                changed = True
        for other, track in self._missing(one, room):
            wanted = "audio" if track.info.type == models.TrackType.AUDIO else "video"
            free = next((m for m, line in lines.items() if line.kind == wanted and self._is_free(one, m, line)), None)
            if free is not None:
                sender = lines[free].sender
                sender.replaceTrack(self._relay.subscribe(track.media, buffered=False))
                sender._stream_id, sender._track_id = f"{other.info.sid}|{track.info.sid}", track.info.sid
                lines[free].direction = "sendonly"
                one.sent[free] = other.info.identity, track
        await one.peer.setLocalDescription(await one.peer.createAnswer())
        await one.say(
            answer=rtc.SessionDescription(
                type="answer",
                sdp=one.peer.localDescription.sdp,
                id=offer.id,
                mid_to_track_id={mid: track.info.sid for mid, (_, track) in one.sent.items()},
            )
        )
        if changed:
            await self._tell(one, room)
            for other in list(room.values()):
                await self._ask_for_sections(other, room)
        await self._ask_for_sections(one, room)

    def _missing(self, one: Participant, room: dict[str, Participant]) -> Iterator[tuple[Participant, Track]]:
        """What others publish and this one does not get yet."""
        have = {track.info.sid for _, track in one.sent.values()}
        for other in room.values():
            for track in other.tracks.values():
                if other is not one and track.media is not None and track.info.sid not in have:
                    yield other, track

    @staticmethod
    def _is_free(one: Participant, mid: str, line: RTCRtpTransceiver) -> bool:
        return mid not in one.sent and line._offerDirection == "sendonly"

    async def _ask_for_sections(self, one: Participant, room: dict[str, Participant]) -> None:
        """Have a client offer again, with as many sections more as it has to be sent tracks."""
        if missing := list(self._missing(one, room)):
            audio = sum(track.info.type == models.TrackType.AUDIO for _, track in missing)
            await one.say(
                media_sections_requirement=rtc.MediaSectionsRequirement(
                    num_audios=audio, num_videos=len(missing) - audio
                )
            )


def _comes(line: RTCRtpTransceiver) -> bool:
    """Whether a client sends in this section."""
    return line._offerDirection in ("recvonly", "sendrecv")


@contextmanager
def running() -> Iterator[Server]:
    """A server on 127.0.0.1 that is started, and stopped in the end."""
    server = Server()
    with patch("aioice.ice.get_host_addresses", lambda *_args, **_options: ["127.0.0.1"]):
        server.start()
        try:
            yield server
        finally:
            server.stop()
