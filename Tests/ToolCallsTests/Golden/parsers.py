"""Writes parsers.json: texts between a call's tags, and the calls that mlx-lm's parsers read from them.

Run with mlx-lm 0.32.2: python3 parsers.py > parsers.json
"""

import importlib
import json

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "plan_trip",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string"},
                    "days": {"type": "integer"},
                    "budget": {"type": "number"},
                    "hotel": {"type": "boolean"},
                    "stops": {"type": "array"},
                    "options": {"type": "object"},
                },
            },
        },
    }
]

BODIES = {
    "json_tools": [
        '\n{"name": "plan_trip", "arguments": {"city": "Zürich", "days": 3}}\n',
        '{"name": "plan_trip", "arguments": {"stops": ["a", {"b": null}], "hotel": true, "budget": 1.5}}',
        '{"name": "plan_trip", "arguments": {}}',
        '{"name": "plan_trip", "arguments": {"city": "a}</x>\\"{"}}',
        '{"name": "plan_trip", "arguments": {"city": }}',
        "plan_trip(city)",
        "",
    ],
    "qwen3_coder": [
        "\n<function=plan_trip>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n4\n</parameter>\n</function>\n",
        "<function=plan_trip><parameter=city>two\nlines</parameter><parameter=hotel>True</parameter></function>",
        "<function=plan_trip><parameter=stops>[1, \"b\"]</parameter><parameter=options>{'k': True}</parameter></function>",
        "<function=plan_trip><parameter=budget>2.5</parameter><parameter=other>7</parameter></function>",
        "<function=plan_trip><parameter=budget>2.0</parameter><parameter=city>null</parameter></function>",
        "<function=plan_trip></function>",
        "<function=plan_trip><parameter=days>many</parameter></function>",
        "<function=plan_trip><parameter=days>4",
        "plan_trip",
    ],
    "mistral": [
        '[{"name": "plan_trip", "arguments": {"city": "Oslo"}}]',
        '[{"name": "a", "arguments": {"x": 1}}, {"name": "b", "arguments": "{\\"y\\": 2}"}]',
        'plan_trip[ARGS]{"city": "Oslo", "options": {"a": "}"}}',
        'a[ARGS]{"x": 1}[TOOL_CALLS]b[ARGS]{"y": [1, 2]}',
        'plan_trip[ARGS]{"city": "Os',
        "plan_trip",
    ],
    "pythonic": [
        '[plan_trip(city="Oslo", days=3)]',
        "[plan_trip(city='it\\'s', hotel=True, stops=['a', ('b', 1)], options={'k': None})]",
        "[a(x=1), b.c(y=-2.5)]",
        '[plan_trip(options={"k": true, "n": null})]',
        "[plan_trip()]",
        '[plan_trip(city="Os',
        "plan_trip",
    ],
    "function_gemma": [
        "call:plan_trip{city:<escape>Oslo, Norway<escape>,days:3}",
        "call:plan_trip{hotel:true,budget:2.5}",
        "call:plan_trip{}",
        "call:plan_trip{city:Oslo}",
        "plan_trip",
    ],
    "glm47": [
        "plan_trip\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>",
        "plan_trip<arg_key>city</arg_key><arg_value>12</arg_value><arg_key>stops</arg_key><arg_value>[1, 2]</arg_value>",
        "plan_trip<arg_key>options</arg_key><arg_value>{'a': False}</arg_value>",
        '{"name": "plan_trip", "arguments": {"city": "Oslo"}}',
        "plan_trip",
    ],
    "minimax_m2": [
        '\n<invoke name="plan_trip">\n<parameter name="city">Oslo</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n',
        '<invoke name="plan_trip"><parameter name="hotel">yes</parameter><parameter name="budget">2.0</parameter></invoke>',
        '<invoke name="plan_trip"><parameter name="stops">["a"]</parameter></invoke><invoke name="x"><parameter name="y">1</parameter></invoke>',
        "<invoke name='plan_trip'></invoke>",
        '<invoke name="plan_trip"><parameter name="city">Os',
    ],
    "kimi_k2": [
        '<|tool_call_begin|>functions.plan_trip:0<|tool_call_argument_begin|>{"city": "Oslo"}<|tool_call_end|>',
        '<|tool_call_begin|>functions.a:0<|tool_call_argument_begin|>{"x": 1}<|tool_call_end|>'
        "<|tool_call_begin|>functions.b:1<|tool_call_argument_begin|>{}<|tool_call_end|>",
        'functions.plan_trip:3<|tool_call_argument_begin|>{"days": 2}',
        "plan_trip",
    ],
}


def parsed(parser, body):
    module = importlib.import_module(f"mlx_lm.tool_parsers.{parser}")
    try:
        calls = module.parse_tool_call(body, TOOLS)
    except Exception:
        return None
    calls = calls if isinstance(calls, list) else [calls]
    return [{"name": call["name"], "arguments": call["arguments"]} for call in calls]


cases = [
    {"parser": parser, "body": body, "calls": parsed(parser, body)} for parser, bodies in BODIES.items() for body in bodies
]
print(json.dumps({"tools": TOOLS, "cases": cases}, ensure_ascii=False, indent=1))
