"""The forms of the assistant as pure functions: state and turn in, step out.

`engine` is the one mechanism; `complaint` and `case` say what their fields are and mean.
"""
