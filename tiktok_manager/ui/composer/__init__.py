"""The composer: a video, its words, TikTok's rules for it, and when it goes out."""
