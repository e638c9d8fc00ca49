"""The seed's way to read a face, to measure against: everything on every picture, one face at a time.

dlib's HOG detector with one upsampling on each sampled picture at its full size, 68 landmarks, and a Keras XCeption
asked by ``predict`` for each face. The network has the seed's shape and size with random weights: its answers are not
used, only its time. Decoding is ours, which is quicker than the seed's.
"""

from __future__ import annotations

#: A program for bench.measuring.run: a video, and the times (JSON) of the pictures to read. Fills ``answer``.
PROGRAM = """
import json
import cv2, dlib
import numpy as np
from bench.seed_face import xception
from ml.media import demux
from ml.face.features import predictor_path
path, wanted = sys.argv[1], set(json.loads(sys.argv[2]))
model = xception()
detector, predictor = dlib.get_frontal_face_detector(), dlib.shape_predictor(str(predictor_path()))
model.predict(np.zeros((1, 48, 48, 1), np.float32), verbose=0)
answer["parameters"] = model.count_params()
answer["faces"], shares = [], {"detector": 0.0, "landmarks": 0.0, "network": 0.0}
started, worked = time.perf_counter(), time.process_time()
for frame in demux.video_frames(path, fps=15):
    if round(frame.time, 3) not in wanted:
        continue
    grey = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)
    clock = time.process_time()
    rectangles = detector(grey, 1)
    shares["detector"] += time.process_time() - clock
    found = []
    for rectangle in rectangles:
        clock = time.process_time()
        predictor(grey, rectangle)
        shares["landmarks"] += time.process_time() - clock
        left, top = max(0, rectangle.left()), max(0, rectangle.top())
        face = cv2.resize(grey[top : rectangle.bottom(), left : rectangle.right()], (48, 48)).astype(np.float32) / 255
        clock = time.process_time()
        model.predict(face[None, :, :, None], verbose=0)
        shares["network"] += time.process_time() - clock
        found.append([rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()])
    answer["faces"].append([round(frame.time, 3), found])
answer["seconds"], answer["cpu_seconds"] = time.perf_counter() - started, time.process_time() - worked
answer["shares"] = shares
"""


def xception(classes: int = 7):
    """An XCeption for 48x48 grey faces with 17.6 million parameters, as the seed's: random weights.

    Chollet (CVPR 2017), with six blocks in its middle flow.
    """
    import keras
    from keras import layers

    def separable(x, width):
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    entry = x = layers.Input((48, 48, 1))
    for width in (32, 64):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in (128, 256, 728):
        short = layers.BatchNormalization()(layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)(x))
        x = separable(layers.ReLU()(separable(x, width)), width)
        x = layers.add([layers.MaxPooling2D(3, strides=2, padding="same")(x), short])
    for _ in range(6):
        short = x
        for _ in range(3):
            x = separable(layers.ReLU()(x), 728)
        x = layers.add([x, short])
    short = layers.BatchNormalization()(layers.Conv2D(1024, 1, strides=2, padding="same", use_bias=False)(x))
    x = separable(layers.ReLU()(separable(layers.ReLU()(x), 728)), 1024)
    x = layers.add([layers.MaxPooling2D(3, strides=2, padding="same")(x), short])
    for width in (1536, 2048):
        x = layers.ReLU()(separable(x, width))
    x = layers.Dense(classes, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(entry, x)
