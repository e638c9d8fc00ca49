"""The two services that ``bench/live.py`` measures, each beside a socket on a free port of 127.0.0.1.

``viva PROCESSES``: our reading socket and its pool, with a hub that lets everybody in. ``seed PROCESSES``: the seed's
way, in as many processes: each frame decoded in colours, dlib's detector with one upsampling over the whole picture, a
Keras ``predict`` for each face, boxes and names drawn, and the picture sent back as JPEG. A line of JSON with ports and
processes says that all is loaded; the end of standard input ends it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

from websockets.asyncio.server import serve

from bench.measuring import ROOT

_OPTIONS = {"max_size": 1 << 20, "max_queue": 4, "compression": None}


class _Everybody:
    """A hub in which everybody consents and nobody listens."""

    def may_read(self, _member: str) -> bool:
        return True

    def share(self, _room: str, _member: str, _reading: dict | None) -> None:
        pass

    def take_moment(self, _member: str) -> None:
        return None


async def viva(processes: int) -> None:
    from webapp.live.service import limits
    from webapp.live.service.pool import Pool
    from webapp.live.service.reading import Readings

    # Frames are sent faster here than a browser may, where the limit of the machine is looked for.
    limits.FRAMES, limits.BYTES, limits.MESSAGES = (1e6, 1e6), (1e12, 1e12), (1e6, 1e6)
    limits.SECONDS = (1e6, 1e6)
    pool = Pool(processes)
    await pool.start()
    await pool.ready()
    readings = Readings(pool, _Everybody(), lambda token: ("room", token))
    async with serve(readings.serve, "127.0.0.1", 0, **_OPTIONS) as server:
        readers = [worker.process for worker in pool.workers]
        _tell([server.sockets[0].getsockname()[1]], [os.getpid(), *readers], readers)
        await _until_told()
    await pool.close()


async def seed(processes: int) -> None:
    if processes > 1:
        await _several_seeds(processes)
        return
    import cv2
    import dlib
    import numpy as np
    import tensorflow as tf

    from bench.seed_face import xception
    from ml.core.emotions import FACE_EMOTIONS

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    cv2.setNumThreads(1)
    model, detector = xception(), dlib.get_frontal_face_detector()
    model.predict(np.zeros((1, 48, 48, 1), np.float32), verbose=0)

    def answer(message: bytes) -> bytes:
        picture = cv2.imdecode(np.frombuffer(message, np.uint8), cv2.IMREAD_COLOR)
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        for box in detector(grey, 1):
            left, top, right, bottom = max(0, box.left()), max(0, box.top()), box.right(), box.bottom()
            face = cv2.resize(grey[top:bottom, left:right], (48, 48)).astype(np.float32) / 255
            row = model.predict(face[None, :, :, None], verbose=0)[0]
            cv2.rectangle(picture, (left, top), (right, bottom), (0, 255, 0), 2)
            name = FACE_EMOTIONS[int(row.argmax())]
            cv2.putText(picture, name, (left, top - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 255, 0), 2)
        return cv2.imencode(".jpg", picture)[1].tobytes()

    async def listen(connection) -> None:
        async for message in connection:
            await connection.send(answer(message))

    async with serve(listen, "127.0.0.1", 0, **_OPTIONS) as server:
        _tell([server.sockets[0].getsockname()[1]], [os.getpid()])
        await _until_told()


async def _several_seeds(processes: int) -> None:
    command = [sys.executable, "-m", "bench.live_services", "seed", "1"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(processes)]
    try:
        told = [json.loads(await asyncio.to_thread(child.stdout.readline)) for child in children]
        _tell([one["ports"][0] for one in told], [one["pids"][0] for one in told])
        await _until_told()
    finally:
        for child in children:
            child.kill()
            child.wait()


def _tell(ports: list[int], pids: list[int], readers: list[int] | None = None) -> None:
    print(json.dumps({"ports": ports, "pids": pids, "readers": readers}), flush=True)


async def _until_told() -> None:
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run({"viva": viva, "seed": seed}[sys.argv[1]](int(sys.argv[2])))
