#!/usr/bin/env python3
"""Reads damaged and hostile outputs by every tool-call parser.

usage: mutate-calls.py RESIDENT [--seed N] [--count N]

Takes one output per parser (Tests/ToolCallsTests/ParsedOutputTests.swift has more), damages it COUNT times (10,000), and
reads each by `resident engine calls`. Then 1 MB each of the marks and beginnings of the formats. Exit code 1 if the program
ends, an output takes more than a second, or an answer is no object with calls.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time

LIMIT = 1.0
CALL = '{"name": "find", "arguments": {"q": "a b"}}'
OUTPUTS = {
    "json_tools": f"<think>hm</think>So.<tool_call>\n{CALL}\n</tool_call>",
    "qwen3_coder": "So.<tool_call>\n<function=find>\n<parameter=q>\na b\n</parameter>\n</function>\n</tool_call>",
    "mistral": '[THINK]hm[/THINK]So.[TOOL_CALLS]find[CALL_ID]a1[ARGS]{"q": "a b"}',
    "pythonic": "So.<|tool_call_start|>[find(q=\"a b\", n=[1, {'k': None}])]<|tool_call_end|>",
    "function_gemma": "So.<start_function_call>call:find{q:<escape>a b<escape>,n:[1,{k:2}]}<end_function_call>",
    "gemma4": '<|channel>thought\nhm<channel|>So.<|tool_call>call:find{q:<|"|>a b<|"|>}<tool_call|>',
    "harmony": "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.find "
               '<|constrain|>json<|message|>{"q": "a b"}<|call|>',
    "glm47": "So.<tool_call>find\n<arg_key>q</arg_key>\n<arg_value>a b</arg_value></tool_call>",
    "longcat": "So.<longcat_tool_call>find\n<longcat_arg_key>q</longcat_arg_key>\n<longcat_arg_value>a b"
               "</longcat_arg_value>\n</longcat_tool_call>",
    "minimax_m2": 'So.<minimax:tool_call><invoke name="find"><parameter name="q">a b</parameter></invoke></minimax:tool_call>',
    "kimi_k2": "So.<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>"
               '{"q": "a b"}<|tool_call_end|><|tool_calls_section_end|>',
    "deepseek_v3": "So.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n```json\n"
                   '{"q": "a b"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    "deepseek_v32": 'So.<｜DSML｜function_calls>\n<｜DSML｜invoke name="find">\n<｜DSML｜parameter name="q" string="true">a b'
                    "</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>",
    "seed_oss": "<seed:think>hm</seed:think>So.<seed:tool_call>\n<function=find>\n<parameter=q>a b</parameter>\n</function>\n"
                "</seed:tool_call>",
    "step3": "So.<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"find\">"
             '<steptml:parameter name="q">a b</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    "ernie45": f"hm\n</think>\n\n<response>\nSo.</response>\n<tool_call>\n{CALL}\n</tool_call>",
    "hunyuan": f"<think>hm</think><answer>So.</answer><tool_calls>[{CALL}]</tool_calls>",
    "jamba": f"So.<tool_calls>[\n  {CALL}\n]</tool_calls>",
    "nemotron_nano_v2": f"<think>hm</think>So.<TOOLCALL>[{CALL}]</TOOLCALL>",
    "phi4_mini": f"So.<|tool_call|>[{CALL}]<|/tool_call|>",
    "granite": f"So.<|tool_call|>[{CALL}]",
    "apertus": '<|inner_prefix|>hm<|inner_suffix|>So.<|tools_prefix|>[{"find": {"q": "a b"}}]<|tools_suffix|>',
    "command_r7b": "<|START_THINKING|>hm<|END_THINKING|>So.<|START_ACTION|>[\n    "
                   '{"tool_call_id": "0", "tool_name": "find", "parameters": {"q": "a b"}}\n]<|END_ACTION|>',
    "olmo3": "So.<function_calls>find(q=\"a b\")\nfind(q='c')</function_calls>",
    "llama3_json": 'So.<|python_tag|>{"name": "find", "parameters": {"q": "a b"}}',
    "llama_pythonic": '[find(q="a b")]',
    "xlam": f"[{CALL}]",
}
TOOLS = [{"type": "function", "function": {"name": "find", "parameters": {
    "type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}}}]
PIECES = ["<", ">", "|", "\"", "'", "\\", "{", "}", "[", "]", "(", ")", ",", ":", "`", "\n", "\u0301", "\u2028", "😀", "\\u", "\\N{"]


class Reader:
    def __init__(self, program: str):
        self.process = subprocess.Popen(
            [program, "engine", "calls", "--lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.longest = 0.0

    def seconds(self) -> float:
        """The program's processor time, which other programs take no part in; the time of day where the system does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read(self, parser: str, text: str) -> float:
        line = json.dumps({"parser": parser, "text": text, "tools": TOOLS}) + "\n"
        start = self.seconds()
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        seconds = self.seconds() - start
        if not answer:
            raise SystemExit(f"{parser}: the program ended with {self.process.wait()} at {text[:400]!r}")
        if not isinstance(json.loads(answer).get("calls"), list):
            raise SystemExit(f"{parser}: no calls in {answer[:200]!r}")
        if seconds > LIMIT:
            raise SystemExit(f"{parser}: {seconds:.2f} s for {len(text)} characters that begin {text[:200]!r}")
        self.longest = max(self.longest, seconds)
        return seconds


def damage(text: str, source: random.Random) -> str:
    for _ in range(source.randint(1, 4)):
        start = source.randrange(len(text) + 1)
        end = min(len(text), start + source.randint(0, 16))
        text = source.choice([
            lambda: text[:start] + text[end:], lambda: text[:end] + text[start:end] + text[end:],
            lambda: text[:start] + source.choice(PIECES) + text[end:], lambda: text[:start] or "<",
            lambda: text + text[start:], lambda: text[:start] + source.choice(PIECES) * 40 + text[start:],
        ])()
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args()
    reader = Reader(options.program)
    for name, output in OUTPUTS.items():
        source = random.Random(f"{options.seed} {name}")
        for _ in range(options.count):
            reader.read(name, damage(output, source))
    print(f"{len(OUTPUTS)} parsers, {options.count} damaged outputs each: the longest took {1000 * reader.longest:.0f} ms")
    reader.longest, slowest = 0.0, ""
    for name, output in OUTPUTS.items():
        words = output.replace("So.", "")
        # The whole, what begins it, its middle and its end, over and over; and unclosed strings and brackets.
        cuts = [words] + [words[: len(words) * part // 8] for part in range(1, 8)] + [words[len(words) * part // 8:] for part in range(1, 8)]
        for piece in cuts + [words[: len(words) // 2] + "\"", words[: len(words) // 2] + "["]:
            text = (piece or "<") * (1_000_000 // max(1, len(piece.encode())))
            seconds = reader.read(name, text)
            if seconds >= reader.longest:
                slowest = name
    print(f"1 MB of every part of their formats: the longest took {1000 * reader.longest:.0f} ms ({slowest})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
