"""Long recordings for measuring, made by repeating a short one's packets: thirty minutes without encoding."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av


def repeat(source: str | Path, target: str | Path, seconds: float) -> None:
    """Write ``source`` again and again, each time later, until ``target`` (same codecs) is ``seconds`` long."""
    with av.open(str(source)) as first:
        length = Fraction(max(first.duration or 0, 1), av.time_base)
    offset = Fraction(0)
    with av.open(str(target), "w") as output:
        copies, latest = {}, {}
        while offset < seconds:
            with av.open(str(source)) as recording:
                streams = [*recording.streams.video[:1], *recording.streams.audio[:1]]
                for stream in streams:
                    if stream.index not in copies:
                        copies[stream.index] = output.add_stream_from_template(stream, opaque=True)
                for packet in recording.demux(streams):
                    if packet.dts is None:
                        continue
                    index, shift = packet.stream.index, round(offset / packet.time_base)
                    time = (packet.dts + shift) * packet.time_base
                    if time >= seconds or time <= latest.get(index, Fraction(-1)):
                        continue
                    latest[index] = time
                    packet.dts += shift
                    packet.pts = packet.dts if packet.pts is None else packet.pts + shift
                    packet.stream = copies[index]
                    output.mux(packet)
            offset += length
