"""Reading one participant of a live room: frames and sound in, a few numbers out. Nothing is kept."""
