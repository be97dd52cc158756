"""The part of JSON Schema (2020-12) that docs/schemas uses."""

TYPES = {
    "null": type(None), "boolean": bool, "integer": int, "number": (int, float), "string": str, "array": list,
    "object": dict,
}


def problems(value, schema, path="$"):
    """The ways in which a value does not match a schema, by path."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        return [f"{path}: {type(value).__name__} is not {' or '.join(types)}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is none of {schema['enum']}")
    if schema.get("format") == "date-time" and isinstance(value, str) and not is_time(value):
        found.append(f"{path}: {value!r} is no time of RFC 3339")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{path}: lacks {name}" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            if name in known:
                found += problems(member, known[name], f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{path}.{name}: not in the schema")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            found += problems(item, schema["items"], f"{path}[{index}]")
    return found


def is_type(value, name):
    if isinstance(value, bool) and name in ("integer", "number"):
        return False
    return isinstance(value, TYPES[name])


def is_time(text):
    import datetime
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") is not None
    except ValueError:
        return False
