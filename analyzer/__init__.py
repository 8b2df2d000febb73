"""Judgement: frames, settings and a time in; frames and dataclasses out. Pure."""
