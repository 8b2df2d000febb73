"""Facts put in order, without judgement yet: people, threads, episodes, meetings."""
