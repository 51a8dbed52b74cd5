"""Database engines and migrations shared by the journal and the channel store."""
