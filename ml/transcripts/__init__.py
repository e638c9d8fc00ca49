"""What was said: transcripts as words with times and confidence, the recognisers that write them, and captions."""
