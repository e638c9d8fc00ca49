"""What Viva reads from a face, a voice and a text.

Numpy and files in, dataclasses out. Nothing here knows about Flask, the database or Celery, so that the same call
serves the worker, the live room and the command line.
"""
