"""The desk line by line: for screen readers and slow links. Nothing is repainted, no escape sequence is ever written.

It stands on the desk and on what the screen knows without Textual (board, keeper, work); it draws nothing.
"""

from terminal.plain.plain import PlainDesk

__all__ = ["PlainDesk"]
