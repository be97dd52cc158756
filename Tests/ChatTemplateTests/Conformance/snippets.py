"""Small templates, one behaviour of Jinja's each."""

CONTEXT = {
    "s": "Hello World", "u": "straße ΣΑΣ 😀 e\u0301", "empty": "", "n": 7, "neg": -3, "f": 2.5, "yes": True, "no": False, "nil": None,
    "l": [3, 1, 2], "words": ["b", "A", "c", "a"], "mixed": [1, "a", None, True, 2.0, [1], {"k": 1}],
    "d": {"b": 1, "a": 2, "items": 3}, "nested": {"x": {"y": [10, {"z": "deep"}]}},
    "users": [{"name": "bo", "age": 3, "on": True}, {"name": "Al", "age": 5}, {"name": "ci", "age": 3, "on": False}],
    "space": "  \n a b \t c \u3000", "lines": "one\ntwo\n\nthree\n",
}

EXPRESSIONS = r"""
1 + 2 * 3
(1 + 2) * 3
7 // 2
-7 // 2
7 % -3
-7 % 3
7.5 // 2
-7.5 % 2
2 ** 10
2 ** -1
2 ** 3 ** 2
-2 ** 2
1 / 2
6 / 3
1 / 0
1 // 0
5 % 0
1.0
1e16
1e15
123456789012345680.0
0.0001
0.00001
1.5e-7
-0.0
1e400
0.1 + 0.2
100.0 * 1.1
1_000
0x1F
0o17
0b101
1.5e3
true + 1
true + true
yes == 1
1 == 1.0
'1' == 1
1 != 2
1 < 2 < 3
1 < 3 < 2
1 == 1 == 1
'a' < 'b'
'a' < 1
'Z' < 'a'
nil < 1
[1, 2] < [1, 3]
[1, 2] < [1, 2, 0]
(1, 2) == (1, 2)
(1, 2) == [1, 2]
{'a': 1} == {'a': 1.0}
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
missing == missing
missing == nil
missing == ''
missing < 1
missing + 1
1 + missing
missing ~ 'x'
missing
missing.x
missing['x']
missing()
missing is defined
missing is undefined
missing is callable
missing is iterable
missing is sequence
missing is string
missing is mapping
missing is none
missing | length
missing | list
missing | join
missing | upper
missing | int
missing | float
missing | tojson
missing | items | list
missing | first
missing | sum
missing | sort
missing | reverse | list
missing | trim
missing | default('d')
missing | default
nil | default('d')
nil | default('d', true)
'' | default('d', boolean=true)
missing | indent
missing | dictsort
missing | abs
missing | round
not missing
missing or 'fallback'
missing and 'x'
'x' in missing
missing in l
missing in s
missing in d
nested.nope is defined
nested.nope.x is defined
nested['x']['y'][1].z
nested.x.y.0
nested.x.y[5] is defined
nested.x.y[-1]['z']
l['0'] is defined
s.nope is defined
nil.x
nil.x is defined
nil['x'] is defined
nil[0] is defined
n.x is defined
d.items is callable
d['items']
d.items() | list
d.keys() | list
d.values() | list
d.keys()
d.items()
d.values() | length
d.get('a')
d.get('zz')
d.get('zz', 9)
d.get(['a'])
d.a
d['a']
d.zz
d | length
d | list
d.update({'q': 1})
d.pop('a')
l.append(4)
l.append is defined
l.index(2)
l.index(9)
l.count(3)
words.sort()
'a' in d
1 in d
[1] in d
2 in l
'2' in l
'ell' in s
'' in s
1 in s
'x' not in s
not 'x' in s
1 in n
nil in l
'b' in d.keys()
1 in d.values()
l[0]
l[-1]
l[3]
l[-4]
l[1:]
l[:-1]
l[::-1]
l[::2]
l[5:]
l[-100:100]
l[::0]
l[1:nil]
l['a':]
s[0]
s[-1]
s[100] is defined
s[1:4]
s[::-1]
u[0:3]
u[-2:]
u | length
d[0:1]
nil[1:]
n[0] is defined
(1, 2, 3)[1:]
range(5)
range(5) | list
range(1, 10, 3) | list
range(5, 0, -2) | list
range(3)[1]
range(10)[2:4]
range(10)[::-3]
range(10)[-3:]
range(3)[9:]
range(5, 0, -1)[1:3] | list
range(0)
range(1, 10, 3)
range(200000)
range(1, 2, 0)
range('a')
range(2.0)
range(3) == range(3)
[1, 'a', 2.0, none, true, [1], {'k': 'v'}, (1,), ()]
{'a': 1, 2: 'b', none: none, true: false}
{'a': 1, 'a': 2}
{1: 'a', true: 'b'}
{[1]: 2}
{(1, 2): 3}[(1, 2)]
['it\'s', "say \"hi\"", 'both \' and "', 'new\nline', 'tab\t', 'bell\x07', 'ü', '\u200b', '\U0001F600']
'a' 'b' "c"
'\x41\u0042\103\q'
'%s' % 'a' if false else 'skipped'
[1, 2] + [3]
[1] + (2,)
(1,) + (2,)
'a' + 'b'
'a' + 1
1 + 'a'
'ab' * 3
3 * 'ab'
'ab' * -1
[0] * 3
[1] * 'a'
'a' * 1.0
[1] - [1]
'a' ~ 1 ~ none ~ true ~ 1.0 ~ [1, 'x']
1 ~ 2 + 3
1 + 2 ~ 3
-n
+n
-true
-s
--n
- n | abs
-5 | abs
2.5 | round
3.5 | round
2.675 | round(2)
2.5 | round(0, 'ceil')
2.4 | round(method='ceil')
-2.5 | round(0, 'floor')
1234.5678 | round(-2)
15 | round(-1)
25 | round(-1)
5 | round
5 | round(1, 'floor')
2.5 | round(0, 'nope')
s | round
1e20 | round(2)
0.5 | round | int
'42' | int
' 42 ' | int
'4_2' | int
'42.9' | int
'abc' | int
'abc' | int(5)
'abc' | int(default=6)
'ff' | int(0, 16)
'0xff' | int(0, 16)
'1e3' | int
'' | int
nil | int
yes | int
2.9 | int
-2.9 | int
l | int
'+5' | int
'-0b1' | int(0, 2)
'1.5' | float
'abc' | float
'abc' | float(1.5)
'inf' | float
'nan' | float
' 1e-3 ' | float
'1_0.5' | float
'0x1p3' | float
'1.' | float
'.5' | float
'+-5' | float
nil | float
7 | float
yes | float
'abc' | abs
-3.5 | abs
yes | abs
s | upper
s | lower
u | upper
u | lower
u | title
u | capitalize
'hello wORLD foo-bar (baz) it\'s' | title
'hello wORLD foo-bar it\'s 3rd'.title()
'éCOLE' | capitalize
'ǆ' | capitalize
'ß' | capitalize
'ß'.title()
5 | upper
nil | lower
true | capitalize
space | trim
'xxhixx' | trim('x')
space.strip()
space.lstrip()
space.rstrip()
'xyhixy'.strip('yx')
'xyhixy'.lstrip('yx')
'xyhixy'.rstrip('yx')
s.split()
space.split()
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.rsplit(',', 1)
'a b  c d'.split(none, 2)
'  a b  c  '.split(maxsplit=1)
'  a b  c  '.rsplit(none, 1)
'aaa'.split('aa')
'aaa'.rsplit('aa')
'abc'.split('')
''.split()
''.split(',')
'abc'.split(sep='b')
lines.splitlines()
lines.splitlines(true)
'a\r\nb\rc\x0bd\u2028e'.splitlines()
s.startswith('Hell')
s.startswith(('x', 'H'))
s.startswith('')
s.startswith(1)
s.endswith('ld')
s.endswith('x')
s.startswith('W', 6)
s.find('o')
s.find('zz')
u.find('😀')
s.rfind('o')
s.rfind('')
s.find('')
s.index('W')
s.index('zz')
s.count('l')
'aaaa'.count('aa')
s.count('')
s.replace('l', 'L')
s.replace('l', 'L', 1)
s.replace('', '-')
s.replace('', '-', 2)
s.replace('zz', 'y')
s | replace('l', 'L')
s | replace('l', 'L', 1)
s | replace(old='o', new='0')
123 | replace(2, 'x')
s | replace('l')
', '.join(words)
', '.join(l)
','.join(s)
''.join([])
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'abc'.partition('-')
'abc'.rpartition('-')
'prefix-x'.removeprefix('prefix-')
'x.txt'.removesuffix('.txt')
'x.txt'.removesuffix('.md')
'abc'.isalpha()
'ab1'.isalnum()
'12'.isdigit()
'²'.isdigit()
'½'.isdigit()
''.isdigit()
' \t'.isspace()
'ABC'.isupper()
'aBC'.islower()
'a1'.islower()
'1'.islower()
'abc'.isascii()
'ü'.isascii()
s.nope()
s.upper(1)
s.encode is defined
s.capitalize()
s | string
5 | string
5 | string is string
s | list
d | items | list
l | items | list
d | dictsort
d | dictsort(by='value')
d | dictsort(reverse=true)
d | dictsort(true, 'key', true)
{'b': 1, 'A': 2, 'a': 3} | dictsort
{'b': 1, 'A': 2, 'a': 3} | dictsort(case_sensitive=true)
{'b': 1, 2: 2} | dictsort
d | dictsort(by='nope')
l | dictsort
l | sort
l | sort(reverse=true)
words | sort
words | sort(case_sensitive=true)
words | sort(true)
users | sort(attribute='age') | map(attribute='name') | list
users | sort(attribute='age', reverse=true) | map(attribute='name') | list
users | sort(attribute='age,name') | map(attribute='name') | list
mixed | sort
s | sort | join
words | unique | list
words | unique(true) | list
[1, 1.0, true, 2, '1'] | unique | list
users | unique(attribute='age') | map(attribute='name') | list
[[1]] | unique | list
words | min
words | max
l | min
l | max
users | max(attribute='age')
users | min(attribute='name')
[] | min
[] | max is defined
mixed | max
l | sum
l | sum(start=10)
users | sum(attribute='age')
words | sum
[[1], [2]] | sum(start=[])
l | first
l | last
[] | first
[] | last
s | first
s | last
d | first
d | last
n | first
nil | last
l | reverse | list
s | reverse
d | reverse | list
n | reverse
l | join
l | join('-')
l | join(d=', ')
users | join(', ', attribute='name')
users | join(', ', 'name')
[1, none, true, 'x', missing] | join('|')
n | join
l | length
s | length
n | length
nil | length
yes | length
l | count
users | selectattr('on') | list | length
users | selectattr('on') | length
users | selectattr('on', 'defined') | map(attribute='name') | list
users | rejectattr('on') | map(attribute='name') | list
users | selectattr('age', 'equalto', 3) | map(attribute='name') | join
users | selectattr('age', '>', 3) | map(attribute='name') | join
users | selectattr('name', 'in', ['bo', 'ci']) | map(attribute='name') | join
users | selectattr('age', 'nope') | list
users | selectattr | list
users | rejectattr('age', 'ge', 5) | first
users | selectattr('age', 'ge', 5) | last
l | select('odd') | list
l | reject('odd') | list
l | select('divisibleby', 3) | list
[0, 1, '', 'a'] | select | list
[0, 1, '', 'a'] | reject | list
l | select('greaterthan', 1) | list
words | map('upper') | list
words | map('upper')| join(',')
l | map('string') | join(',')
users | map(attribute='nope') | list
users | map(attribute='on', default='?') | list
words | map('replace', 'a', 'z') | list
words | map('nope') | list
words | map | list
'' | map('upper') | list
l | map('tojson') | first
(words | map('upper'))[0] is defined
(l | select('odd')) is iterable
(l | select('odd')) is sequence
[{'a': {'b': 1}}, {'a': {'b': 2}}] | map(attribute='a.b') | list
[[1, 2], [3, 4]] | map('first') | list
[[1, 2], [3, 4]] | map(attribute=1) | list
[[1, 2], [3, 4]] | map(attribute='1') | list
users | attr('x') is defined
d | attr('items') is callable
s | nope
s is nope
s | tojson
u | tojson
u | tojson(ensure_ascii=true)
'</script>&\'"\\/\x07\x7f\n' | tojson
mixed | tojson
d | tojson(indent=2)
d | tojson(indent='--')
mixed | tojson(indent=1)
[] | tojson(indent=2)
{} | tojson
[[], {}, [{}]] | tojson(indent=2)
d | tojson(sort_keys=true)
d | tojson(separators=(',', ':'))
d | tojson(true)
{1: 2, true: 3, none: 4, 1.5: 5} | tojson
{'a': (1, 2)} | tojson
range(3) | tojson
d.keys() | tojson
1e16 | tojson
'inf' | float | tojson
-0.0 | tojson
s | safe
('<' | safe) + '<'
'<' + ('<' | safe)
('<' | escape) + '&'
('<b>' | e) ~ '<'
'<a href="x">\'&' | escape
'<' | e | e
'<' | e | forceescape
('<' | safe) is string
('<' | safe) is escaped
['<' | safe]
lines | indent
lines | indent(2)
lines | indent(2, true)
lines | indent(2, first=true, blank=true)
lines | indent('> ')
lines | indent(width=1)
5 | indent
'' | indent(3, true)
s is string
n is number
yes is number
yes is integer
yes is boolean
f is float
n is float
n is integer
nil is none
none is none
l is sequence
l is iterable
d is sequence
d is mapping
l is mapping
s is iterable
n is iterable
range(3) is sequence
d.items() is sequence
d.items() is iterable
range is callable
s.upper is callable
s is callable
n is odd
n is even
n is divisibleby 7
n is divisibleby(2)
n is eq 7
n is equalto(7)
n is ne 7
n is gt 3
n is lt 3
n is ge 7
n is le 6
n is in [1, 7]
n is not in [1, 7]
yes is true
1 is true
no is false
nil is false
yes is sameas true
1 is sameas true
s is lower
'abc' is lower
'ABC' is upper
'upper' is filter
'odd' is test
n is not none
not n is none
n is defined and n is number
n is string or n is number
s is odd
n is divisibleby 0
n is defined is defined
'a' if yes else 'b'
'a' if no else 'b'
'a' if no
('a' if no) is defined
1 if no else 2 if no else 3
yes and no
yes or no
nil or 0
nil or 'x'
s and n
not s
not not s
not yes == no
no and missing.x
yes or missing.x
dict(a=1, b=2)
dict({'x': 1}, y=2)
dict([('a', 1)])
dict(l)
dict()
namespace(a=1)
namespace(a=1).a
namespace({'a': 1}, b=2).b
namespace(a=1).b is defined
namespace(_a=1)
namespace(a=1)['a']
namespace() is mapping
namespace() | tojson
raise_exception('stop')
raise_exception()
raise_exception(5)
strftime_now('%Y-%m-%d')
strftime_now('%d %b %Y')
strftime_now('%-d %B %y %H:%M:%S %p %I %j %A %a %%')
strftime_now('%e|%F|%T|%R|%D|%u|%w|%h|%c|%x|%X')
strftime_now('plain')
strftime_now(5)
s.__class__
''.__class__.__mro__
d.__class__ is defined
s['upper']()
l.0
(1)
(1,)
()
[1, 2,]
{'a': 1,}
1,2
l | sort | first | string
"{{" ~ '}}' ~ "{%"
{'a': {'b': 1}}
{'a': {'b': 1}}.a.b
[l, d] | tojson
9223372036854775807
s | trim | upper | lower | length
words | join('') | upper
(s ~ '!') | length
s | d('x')
users[0].name ~ users[1]['name']
users | map(attribute='age') | sum
users | map(attribute='age') | list | tojson
nested.x.y | map('string') | list
n ** 2 | string
"a" is in "abc"
s.split(' ')[0][1:3]
s.split(' ') | map('length') | list
lines.strip().split('\n')[-1]
'x'.join(['a', 'b'])
'a'.upper() ~ 'B'.lower()
d.items() | list | first
d['items'] + 1
[3, 1] | sort == [1, 3]
l is eq [3, 1, 2]
loop is defined
u[2] ~ u[-1]
u | list | length
"é" == "e\u0301"
"é" in "e\u0301"
{'é': 1}['e\u0301'] is defined
s | first | lower
none | string
[none] | first is none
[missing] | first is defined
[1, 2, 3] | batch(2) is defined if false else 'ok'
"\\" ~ '\''
'a\
b'
"multi
line"
1 if 2 > 1 and not 3 < 2 else 0
4 is divisibleby 2 and 5 is odd
"abc"[1]
"abc"[-1:]
[[1,2],[3]] | sum(start=[]) | length
[1,2,3][1:][0]
(l | sort)[0]
(l | length) - 1
l | length - 1
"a" ~ "b" == "ab"
"a" ~ ("b" == "ab")
"%" ~ "}" ~ "#}"
{} or 'empty'
[] or 'empty'
0.0 or 'zero'
(0, ) and 'tuple'
"""

TEMPLATES = r'''
{% for x in l %}{{ x }}{% endfor %}
====
{% for x in l %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }}/{{ loop.depth }}|{% endfor %}
====
{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}
====
{% for x in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}
====
{% for x in l if x > 1 %}{{ loop.index }}:{{ x }}:{{ loop.length }}:{{ loop.last }} {% else %}none{% endfor %}
====
{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}
====
{% for x in [] %}{{ x }}{% else %}none{% endfor %}{{ x is defined }}
====
{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% else %}else{% endfor %}
====
{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% else %}else{% endfor %}
====
{% for x in [1] %}{% break %}{% else %}else runs{% endfor %}
====
{% for x in [1] %}{% continue %}{% else %}else runs{% endfor %}
====
{% for a, b in d.items() %}{{ a }}={{ b }},{% endfor %}
====
{% for k, v in d|items %}{{ k }}={{ v }},{% endfor %}
====
{% for k in d %}{{ k }}{% endfor %}
====
{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}
====
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
====
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
====
{% for a, b in l %}{{ a }}{% endfor %}
====
{% for c in u %}[{{ c }}]{% endfor %}
====
{% for x in n %}{% endfor %}
====
{% for x in nil %}{% endfor %}
====
{% for x in missing %}x{% else %}empty{% endfor %}
====
{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}
====
{% for x in l %}{% set outer = loop %}{% for y in words %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}
====
{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}
====
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}
====
{% for x in l %}{{ loop.nope is defined }}{{ loop }}{% endfor %}
====
{% set x = 1 %}{% for y in l %}{{ x }}{% set x = y %}{{ x }}{% endfor %}{{ x }}
====
{% set ns = namespace(x=0) %}{% for y in l %}{% set ns.x = ns.x + y %}{% endfor %}{{ ns.x }}
====
{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.a, b = 2, 3 %}{{ ns.a }}{{ b }}{{ ns.c is defined }}{{ ns }}
====
{% set ns = namespace(hit=false) %}{% for x in l if not ns.hit %}{{ x }}{% set ns.hit = true %}{% endfor %}
====
{% set ns = namespace(hit=false) %}{% for x in l if not ns.hit %}{{ x }}{{ loop.last }}{% set ns.hit = true %}{% endfor %}
====
{% set d.x = 1 %}
====
{% set missing.x = 1 %}
====
{% set ns = namespace() %}{% set ns._x = 1 %}
====
{% set a, b = 1, 2 %}{{ a }}{{ b }}
====
{% set a = 1, 2 %}{{ a }}
====
{% set (a, b) = [1, 2] %}{{ a }}{{ b }}
====
{% set a, b = 1 %}
====
{% set a, b = [1, 2, 3] %}
====
{% set x %}  text {{ n }} {% endset %}[{{ x }}]{{ x is string }}
====
{% set x | upper | trim %}  text {{ n }} {% endset %}[{{ x }}]
====
{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}
====
{% set x = 1 %}{% set x = x + 1 %}{{ x }}
====
{% set loop = 1 %}{{ loop }}
====
{% for x in l %}{% set loop = 1 %}{% endfor %}
====
{% for loop in l %}{% endfor %}
====
{% set true = 1 %}
====
{% set 5 = 1 %}
====
{% set l[0] = 1 %}
====
{% if yes %}a{% elif no %}b{% else %}c{% endif %}
====
{% if no %}a{% elif yes %}b{% else %}c{% endif %}
====
{% if no %}a{% elif no %}b{% else %}c{% endif %}
====
{% if yes: %}colon{% endif %}
====
{% if no %}{% set y = 1 %}{% endif %}{{ y is defined }}
====
{% if yes %}{% set y = 1 %}{% endif %}{{ y }}
====
{% if 1, 2 %}tuple{% endif %}
====
{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c='z') }}{{ m(b=1, a=5) }}{{ m() }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
====
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x=2) }}
====
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
====
{% macro m(a=1, b) %}{% endmacro %}
====
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}
====
{% macro m(a) %}{{ a }}{{ kwargs }}{% endmacro %}{{ m(1, x=3) }}
====
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}
====
{% macro m() %}{{ x }}{% endmacro %}{% for x in l %}{{ m() }}{% endfor %}
====
{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{{ x }}
====
{% macro fact(k) %}{% if k < 2 %}1{% else %}{{ k * (fact(k - 1) | int) }}{% endif %}{% endmacro %}{{ fact(5) }}
====
{% macro m() %}x{% endmacro %}{{ m }}{{ m is callable }}{{ m() | length }}{{ m() is string }}
====
{% macro m() %}{% break %}{% endmacro %}
====
{% for x in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
====
{% macro m(p) %}{{ caller(p, 2) }}{% endmacro %}{% call(a, b) m(1) %}[{{ a }}{{ b }}{{ n }}]{% endcall %}
====
{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}
====
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}
====
{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
====
{% call 5 %}y{% endcall %}
====
{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}{{ x is defined }}
====
{% for x in l %}{% generation %}{{ loop.index }}{{ x }}{% endgeneration %}{% endfor %}
====
{% for x in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
====
a{%- generation -%} b {%- endgeneration -%} c
====
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}
====
{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}
====
{% filter upper %}abc{{ s }}{% endfilter %}
====
{% filter replace('a', 'b') | upper %}abc{% endfilter %}
====
{% print 1, 'a' %}
====
{% do l %}
====
{% include 'x' %}
====
{% nope %}
====
{% endif %}
====
{% if yes %}
====
{% if yes %}{% endfor %}
====
{% for x in l %}{{ x }}
====
{{ 1
====
{{ }}
====
{% %}
====
{{ 1 }} }} %} #}
====
{{ 1 1 }}
====
{{ a b }}
====
{{ (1 }}
====
{{ [1) }}
====
{{ 'abc }}
====
{{ 1 ! 2 }}
====
{{ a ? b }}
====
{{ x.1y }}
====
{# comment #}a{#- b -#} c {# d
e #}
====
{# never ends
====
a{#
====
{% raw %}{{ x }}{% y %}{# z #}{% endraw %}
====
{% raw -%}  x  {%- endraw %} y
====
a {%- raw %} x {% endraw -%} b
====
{% raw %}never ends
====
  {% raw %}
 x
  {% endraw %}
y
====
a
  {% if yes %}
  b
  {% endif %}
c
====
a
  {%- if yes -%}
  b
  {%- endif -%}
c
====
a
  {%+ if yes +%}
  b
  {%+ endif +%}
c
====
a {% if yes %} b {% endif %} c
====
a
  {{ n }}
  {{- n -}}
  b
====
a
	{# tab comment #}
b {# same line #}
c
====
{% if yes %}

x{% endif %}

y
====
{% for x in l %}
  {{ x }}
{% endfor %}
====
{% for x in l -%}
  {{ x }}
{%- endfor %}
====
{%- set x = 1 -%}
  {{ x }}  

====
line
{{ n }}
{%- if yes %}
 tail
{%- endif %}

====
x {{- ' y ' -}} z
====
{{-1}} {{+1}} {{ -1 }}
====
{%-if yes-%}a{%-endif-%}
====
{{ {'a': {'b': 1}} }}{{ {'a': 1}['a'] }}
====
{{ "}}" }}{{ '%}' }}
====
{% set x = {'a': 1} %}{{ x.a }}
====
{{ s|upper|lower }}{{s|upper}}{{s |  upper }}
====
{{ s.upper()|lower()|length() }}
====
{{ dict(**{'a': 1}) }}{{ dict(a=1, **{'b': 2}) }}{{ range(*[1, 3])|list }}
====
{{ range(1, start=2) }}
====
{{ s|replace('a', old='b') }}
====
{{ m(a=1, a=2) }}
====
{{ m(a=1, 2) }}
====
{{ l|map('upper', attribute='x')|list }}
====
{% set it = l|select('odd') %}{{ it|list }}{{ it|list }}
====
{% set it = l|map('string') %}{% for x in it %}{{ x }}{% endfor %}{% for x in it %}{{ x }}{% else %}gone{% endfor %}
====
{% set it = l|reverse %}{{ it|first }}{{ it|first }}{{ it|list }}
====
{% for u in users|selectattr('on', 'defined') %}{{ loop.index }}{{ u.name }}{{ loop.last }}{{ loop.length }}{% endfor %}
====
{% for i in range(l|length - 1, -1, -1) %}{{ l[i] }}{% endfor %}
====
{% for x in l[1:] %}{{ x }}{% endfor %}{% for x in l[::-1] %}{{ x }}{% endfor %}
====
{% set x = namespace(l=[]) %}{% for y in l %}{% set x.l = x.l + [y * 2] %}{% endfor %}{{ x.l }}
====
{% set x = [] %}{% set _ = x.append(1) %}{{ x }}
====
{{ loop.index }}
====
{% for x in l %}{% if loop.first %}<{% elif loop.last %}>{% else %}-{% endif %}{% endfor %}
====
{% if users[0].on is defined and users[0].on %}on{% endif %}{% if users[1].on is defined %}never{% endif %}
====
{% if 'name' in users[0] and users[0]['name'] == "bo" %}bo{% endif %}
====
{% if not (yes and no) or (n > 5 and n <= 7) %}ok{% endif %}
====
{{ 'a' if yes else missing.x }}{{ 'b' if yes }}
====
{% set x = 'a' if no else 'b' if no else 'c' %}{{ x }}
====
{{ users|tojson }}
{{ users|tojson(indent=4) }}
====
{%- for user in users %}{{ user | tojson | length }}{{ ", " if not loop.last else "." }}{%- endfor %}
====
{% set content %}{% for u in users %}{{ u.name }}{{ ',' if not loop.last }}{% endfor %}{% endset %}{{ content|upper }}
====
{% set a = 1 %}{% macro show(a) %}{{ a }}{% endmacro %}{{ show(2) }}{{ a }}
====
{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}
====
{% macro a(x) %}{% if x > 0 %}{{ x }}{{ a(x - 1) }}{% endif %}{% endmacro %}{{ a(30) }}
====
{% set f = 'x'.upper %}{{ f() }}
====
{% for x in l %}{% set ns = namespace(v=x) %}{{ ns.v }}{% endfor %}{{ ns is defined }}
====
{% for x in l %}{% if loop.index == 2 %}{% set found = x %}{% endif %}{{ found is defined }}{% endfor %}
====
{{ '\n' }}|{{ "\t" }}|{{ '\\n' }}
====
{{ 'tab	inside' }}
====
über {{ 'straße' }} 日本 {{ "語" }}{# ü #}
====
{{ übername }}{% set größe = 1 %}{{ größe }}
====
{% set _x = 1 %}{{ _x }}{% set __y = 2 %}{{ __y }}
====
{% if s == 'Hello World' -%}
    yes
{%- else -%}
    no
{%- endif %}
====
{% for k, v in nested.x.items() %}{{ k }}:{{ v }}{% endfor %}
====
{% for k, v in d|dictsort %}{{ loop.index }}{{ k }}{{ v }}{{ "," if not loop.last }}{% endfor %}
====
{% set s2 = s.split(' ') %}{{ s2[-1] }}{{ s2|length }}{% set s2 = s2[0] %}{{ s2 }}
====
{% if l|length > 2 and l[0] is number and l[0] is not string %}ok{% endif %}
====
{{ [1, 2, 3]|join(', ') ~ '.' }}{{ [[1, 2], [3]]|map('join', '+')|join(' ') }}
====
{% for x in [1, 2, 3] recursive %}{{ x }}{% endfor %}X
====
{% block b %}{% endblock %}
====
{% set x = caller %}{{ x is defined }}
====
{{ s.format is callable }}{{ s.zfill is defined }}
====
{{ d.copy() }}{{ l.copy() }}
====
{% set big = 99999999999999999999 %}ok
====
{{ 'x' * 100000000000 }}
====
{{ 10 ** 100 }}
====
{{ 9223372036854775807 + 1 }}
====
{{ lipsum is defined }}{{ range is defined }}{{ dict is defined }}{{ cycler is defined }}
'''

# What the interpreter refuses on purpose and Jinja does not.
REFUSED = {
    "{% set big = 99999999999999999999 %}ok", "{{ 10 ** 100 }}", "{{ 9223372036854775807 + 1 }}",
    "{% for x in [1, 2, 3] recursive %}{{ x }}{% endfor %}X",
    "{% block b %}{% endblock %}", "{{ lipsum is defined }}{{ range is defined }}{{ dict is defined }}{{ cycler is defined }}",
}


def all_snippets():
    """The sources; of the expressions, two go on over a line's end."""
    lines = iter(EXPRESSIONS.strip("\n").split("\n"))
    for line in lines:
        if line in ("'a\\", '"multi'):
            line += "\n" + next(lines)
        yield "{{ " + line + " }}"
    for template in TEMPLATES.strip("\n").split("\n====\n"):
        if template not in REFUSED:
            yield template
