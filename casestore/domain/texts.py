"""What may stand in a text that people wrote: anything that can be stored and read."""

LONGEST_ACT = 5000


def text_problem(text: str, may_be_blank: bool = False) -> str | None:
    """What is wrong with a text, in plain Chinese; None if it can be kept."""
    if "\0" in text:
        return "不能含有空字符"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "含有无法识别的字符"
    if not may_be_blank and not text.strip():
        return "不能为空白"
    return None


def act_problem(text: str) -> str | None:
    """The same for what is said with an act: up to ``LONGEST_ACT`` characters, or nothing."""
    if len(text) > LONGEST_ACT:
        return f"太长，最多 {LONGEST_ACT} 字，现在有 {len(text)} 字"
    return text_problem(text, may_be_blank=True)
